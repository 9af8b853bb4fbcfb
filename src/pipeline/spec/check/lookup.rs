use std::collections::{BTreeMap, BTreeSet};

use semver::VersionReq;
use serde_json::{Value as Json, json};

use super::what::{BUILT_IN, BUILT_IN_SCHEMAS, What};
use crate::pipeline::spec::options::{Given, Options, refused};
use crate::pipeline::spec::{Mistake, ModuleSpec, PipelineSpec, Place, SpecError, StageSpec};
use crate::stage::nearest::{did_you_mean, listed, nearest};
use crate::stage::{EntryError, NotFound, Registered, Registry};

/// Finds what the stages of a spec are, and checks their options.
pub(super) struct Lookup<'a, 'b> {
    pub(super) spec: &'a PipelineSpec,
    pub(super) registry: &'a Registry,
    pub(super) modules: &'b BTreeMap<&'a str, &'a ModuleSpec>,
}

impl<'a> Lookup<'a, '_> {
    /// The stage of the registry, or the built-in one, with its options.
    pub(super) fn what(
        &self,
        spec: &StageSpec,
        given: &[Given],
        errors: &mut Vec<SpecError>,
    ) -> (What, Json) {
        let id = spec.id();
        if BUILT_IN.contains(&id) && self.registry.latest(id).is_err() {
            return Self::built_in(spec, given, errors);
        }
        let Some(found) = self.find(spec, errors) else {
            return (What::Unknown, Json::Null);
        };
        let schema = found.schema().to_value();
        let options = Options {
            schema: &schema,
            stage: id,
            place: &spec.uses.place,
            words: spec.words,
        };
        let mut config = options.check(given, errors);
        if let (Some(json), Some(entry)) = (&config, found.entries().first())
            && let Err(EntryError::Config { option, error }) = entry.configure(json.clone())
        {
            let error = refused(id, option.as_deref(), &error, given, &spec.uses.place);
            errors.push(error);
            config = None;
        }
        let what = What::Registered {
            version: found.version.clone(),
            entries: found.entries().to_vec(),
        };
        (what, config.unwrap_or_default())
    }

    fn built_in(spec: &StageSpec, given: &[Given], errors: &mut Vec<SpecError>) -> (What, Json) {
        let id = spec.id();
        let options = Options {
            schema: &BUILT_IN_SCHEMAS[id],
            stage: id,
            place: &spec.uses.place,
            words: spec.words,
        };
        let config = options.check(given, errors);
        let what = match config.as_ref().map(|config| config.get("outlets")) {
            None => What::Unknown,
            Some(None) => What::Merge,
            Some(Some(outlets)) => {
                let names = outlets.as_array().into_iter().flatten();
                let names = names.filter_map(|name| Some(name.as_str()?.to_owned()));
                What::Broadcast {
                    outlets: names.collect(),
                }
            }
        };
        (what, config.unwrap_or_default())
    }

    fn find(&self, spec: &StageSpec, errors: &mut Vec<SpecError>) -> Option<&'a Registered> {
        let place = &spec.uses.place;
        let requirement = match spec.requirement().map(VersionReq::parse) {
            None => VersionReq::STAR,
            Some(Ok(requirement)) => requirement,
            Some(Err(error)) => {
                let said = spec.requirement().unwrap_or_default();
                let text = format!("`{said}` is no version requirement: {error}");
                let error = SpecError::new(Mistake::Version, place, text);
                errors.push(error.help("write `id@^1.2` or `id@>=1.2, <2`"));
                VersionReq::STAR
            }
        };
        match self.registry.find(spec.id(), &requirement) {
            Ok(found) => return Some(found),
            Err(NotFound::Version { versions, .. }) => {
                let versions: Vec<_> = versions.iter().map(ToString::to_string).collect();
                let text = format!("no version of `{}` meets `{requirement}`", spec.id());
                let error = SpecError::new(Mistake::Version, place, text);
                let verb = if versions.len() == 1 { "is" } else { "are" };
                errors.push(error.help(format!("there {verb} {}", listed(&versions))));
                // Options and types are checked against what there is.
                return self.registry.latest(spec.id()).ok();
            }
            // A file with modules is missing, or `use` is, which has been told.
            Err(_) if self.spec.incomplete || self.is_told(place) => {}
            Err(_) => errors.push(self.unknown_stage(spec)),
        }
        None
    }

    /// Whether something at this place was wrong when it was read.
    fn is_told(&self, place: &Place) -> bool {
        self.spec.faults.iter().any(|fault| fault.place == *place)
    }

    fn unknown_stage(&self, spec: &StageSpec) -> SpecError {
        let id = spec.id();
        let text = format!("no stage or module is called `{id}`");
        let mut error = SpecError::new(Mistake::UnknownStage, &spec.uses.place, text);
        let ids = self.registry.iter().map(Registered::id);
        let mut ids: BTreeSet<&str> = ids.collect();
        ids.extend(self.modules.keys().copied().chain(BUILT_IN));
        error.help = if nearest(id, ids.iter().copied()).is_empty() {
            Some("`millpond stages` lists those that there are".to_owned())
        } else {
            did_you_mean(id, "stages", ids)
        };
        error
    }
}

/// The parameters of a module as the schema of a stage's options.
pub(super) fn params_schema(module: &ModuleSpec) -> Json {
    let mut properties = serde_json::Map::new();
    let mut required = Vec::new();
    for param in &module.params {
        let mut schema = json!({ "type": param.of.value.name() });
        if let Some(help) = &param.help {
            schema["description"] = help.value.as_str().into();
        }
        match &param.default {
            Some(default) => schema["default"] = default.value.to_json(),
            None => required.push(param.name.value.clone()),
        }
        properties.insert(param.name.value.clone(), schema);
    }
    json!({ "type": "object", "properties": properties, "required": required })
}
