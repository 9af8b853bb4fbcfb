use std::collections::{BTreeMap, BTreeSet};

use semver::VersionReq;
use serde_json::{Value as Json, json};

use super::scope::{Flat, FlatStage, Item, Scope, Within};
use super::what::{BUILT_IN, BUILT_IN_SCHEMAS, What};
use crate::pipeline::spec::data::names;
use crate::pipeline::spec::nearest::{did_you_mean, listed, nearest};
use crate::pipeline::spec::options::{Given, Options, refused};
use crate::pipeline::spec::overrides::{Overridden, Overrides};
use crate::pipeline::spec::settings::{Reading, Understood};
use crate::pipeline::spec::variables::{Params, Variables};
use crate::pipeline::spec::{
    Located, Mistake, ModuleSpec, PipelineSpec, Place, Settings, SpecError, StageSpec, Value,
};
use crate::stage::{EntryError, NotFound, Registry};

/// No pipeline is as large; modules of modules get there in a few lines.
const MAX_STAGES: usize = 10_000;

/// Opens all modules, and checks ids, versions, options and settings.
pub(super) fn flatten<'a>(
    spec: &'a PipelineSpec,
    registry: &'a Registry,
    environment: &'a dyn Fn(&str) -> Option<String>,
    errors: &mut Vec<SpecError>,
) -> Flat<'a> {
    let mut flattening = Flattening {
        spec,
        registry,
        environment,
        modules: BTreeMap::new(),
        overrides: Overrides::of(spec),
        names: Vec::new(),
        open: Vec::new(),
        flat: Flat {
            scopes: Vec::new(),
            stages: Vec::new(),
        },
        errors,
    };
    flattening.modules();
    let defaults = flattening.understood(&spec.defaults, None, false);
    flattening.scope(&spec.stages, String::new(), None, None, &defaults);
    flattening
        .overrides
        .unused(&flattening.names, flattening.errors);
    flattening.flat
}

struct Flattening<'a, 'e> {
    spec: &'a PipelineSpec,
    registry: &'a Registry,
    environment: &'a dyn Fn(&str) -> Option<String>,
    modules: BTreeMap<&'a str, &'a ModuleSpec>,
    overrides: Overrides<'a>,
    /// The full names of all stages and modules.
    names: Vec<String>,
    /// The modules that are being opened, each within the one before it.
    open: Vec<&'a str>,
    flat: Flat<'a>,
    errors: &'e mut Vec<SpecError>,
}

impl<'a> Flattening<'a, '_> {
    fn modules(&mut self) {
        for module in self.spec.modules.iter().chain(&self.spec.included) {
            let id = module.id.value.as_str();
            let other = if let Some(other) = self.modules.get(id) {
                format!("at {}", other.id.place)
            } else if BUILT_IN.contains(&id) {
                "which every spec has".to_owned()
            } else if let Ok(stage) = self.registry.latest(id) {
                format!("of {}", stage.origin())
            } else {
                self.modules.insert(id, module);
                continue;
            };
            let text = format!("there is another `{id}`, {other}");
            let error = SpecError::new(Mistake::DuplicateName, &module.id.place, text);
            self.errors.push(error.help("call the module differently"));
        }
    }

    fn scope(
        &mut self,
        specs: &'a [StageSpec],
        prefix: String,
        within: Option<Within<'a>>,
        params: Option<&Params>,
        around: &Understood,
    ) -> usize {
        let scope = self.flat.scopes.len();
        let names = names(specs);
        self.names_once(specs, &names);
        self.flat.scopes.push(Scope {
            within,
            prefix: prefix.clone(),
            specs,
            names: names.clone(),
            items: Vec::new(),
        });
        for (position, (spec, name)) in specs.iter().zip(&names).enumerate() {
            let name = format!("{prefix}{name}");
            self.names.push(name.clone());
            let item = self.stage(spec, name, (scope, position), params, around);
            self.flat.scopes[scope].items.push(item);
        }
        scope
    }

    fn names_once(&mut self, specs: &[StageSpec], names: &[String]) {
        let mut seen = BTreeSet::new();
        for (spec, name) in specs.iter().zip(names) {
            let place = spec
                .name
                .as_ref()
                .map_or(&spec.uses.place, |name| &name.place);
            if spec.name.is_some() && (name.is_empty() || name.contains(['.', '/'])) {
                let text = format!("a stage cannot be called `{name}`");
                let error = SpecError::new(Mistake::Setting, place, text);
                self.errors
                    .push(error.help("a name has a letter or more, and neither `.` nor `/`"));
            } else if !seen.insert(name) {
                let text = format!("two stages are called `{name}`");
                let error = SpecError::new(Mistake::DuplicateName, place, text);
                self.errors.push(error.help("name one of them differently"));
            }
        }
    }

    fn stage(
        &mut self,
        spec: &'a StageSpec,
        name: String,
        (scope, position): (usize, usize),
        params: Option<&Params>,
        around: &Understood,
    ) -> Item {
        let overridden = self.overrides.apply(&name, spec, self.errors);
        let own = self.understood(
            &overridden.settings,
            params,
            spec.words || overridden.sets_settings,
        );
        let given = self.given(&overridden, params);
        let settings = own.within(around);
        if let Some(module) = self.modules.get(spec.id()).copied() {
            let within = Within {
                module,
                scope,
                position,
            };
            return self.module(spec, &name, within, &given, &settings);
        }
        if self.flat.stages.len() >= MAX_STAGES {
            return Item::Nothing;
        }
        let (what, config) = self.what(spec, &given);
        self.flat.stages.push(FlatStage {
            name,
            spec,
            scope,
            position,
            what,
            config,
            settings,
        });
        Item::Stage(self.flat.stages.len() - 1)
    }

    fn understood(
        &mut self,
        settings: &Settings,
        params: Option<&Params>,
        words: bool,
    ) -> Understood {
        let variables = Variables {
            environment: self.environment,
            params,
        };
        let mut reading = Reading {
            variables: &variables,
            words,
            errors: self.errors,
        };
        reading.all(settings)
    }

    fn given(&mut self, overridden: &Overridden, params: Option<&Params>) -> Vec<Given> {
        let variables = Variables {
            environment: self.environment,
            params,
        };
        let options = overridden.with.iter();
        let expand = |(key, value): &(Located<String>, Located<Value>)| {
            let mut expanded = variables.expand(value, self.errors);
            if let Some(expanded) = &mut expanded {
                expanded.is_foreign |= overridden.set.contains(&key.value);
            }
            (key.clone(), expanded)
        };
        options.map(expand).collect()
    }

    fn module(
        &mut self,
        spec: &'a StageSpec,
        name: &str,
        within: Within<'a>,
        given: &[Given],
        settings: &Understood,
    ) -> Item {
        let module = within.module;
        let id = module.id.value.as_str();
        let place = &spec.uses.place;
        if spec.requirement().is_some() {
            let text = format!("`{id}` is a module of a spec, which has no versions");
            let error = SpecError::new(Mistake::Version, place, text);
            self.errors
                .push(error.help(format!("write `use = \"{id}\"`")));
        }
        if let Some(start) = self.open.iter().position(|open| *open == id) {
            let circle = [&self.open[start..], &[id]].concat().join(" -> ");
            let text = format!("the module is made of itself: {circle}");
            let error = SpecError::new(Mistake::Recursion, place, text);
            self.errors.push(error.help("take one of the uses out"));
            return Item::Nothing;
        }
        if self.flat.scopes.len() + self.flat.stages.len() >= MAX_STAGES {
            let text = format!("the modules unfold to more than {MAX_STAGES} stages");
            self.errors.push(SpecError::new(
                Mistake::Recursion,
                &self.spec_place(place),
                text,
            ));
            return Item::Nothing;
        }
        let schema = params_schema(module);
        let options = Options {
            schema: &schema,
            stage: id,
            place,
            words: spec.words,
        };
        let checked = options.check(given, self.errors);
        let params = self.params(module, checked.as_ref());
        self.open.push(id);
        let prefix = format!("{name}/");
        let scope = self.scope(
            &module.stages,
            prefix,
            Some(within),
            Some(&params),
            settings,
        );
        self.open.pop();
        Item::Module(scope)
    }

    /// One place for all that is too much, so that it is told once.
    fn spec_place(&self, place: &Place) -> Place {
        let first = self.spec.stages.first();
        first.map_or_else(|| place.clone(), |stage| stage.uses.place.clone())
    }

    /// The values of a module's parameters; none for those that are wrong.
    fn params(&mut self, module: &ModuleSpec, given: Option<&Json>) -> Params {
        let value = |name: &str, default: Option<Json>| match given {
            Some(given) => given.get(name).cloned().or(default),
            None => None,
        };
        let params = module.params.iter();
        let params = params.map(|param| {
            let default = param.default.as_ref().map(|it| it.value.to_json());
            (param.name.value.clone(), value(&param.name.value, default))
        });
        params.collect()
    }

    fn what(&mut self, spec: &StageSpec, given: &[Given]) -> (What, Json) {
        let id = spec.id();
        if BUILT_IN.contains(&id) && self.registry.latest(id).is_err() {
            return self.built_in(spec, given);
        }
        let Some(found) = self.find(spec) else {
            return (What::Unknown, Json::Null);
        };
        let schema = found.schema().to_value();
        let options = Options {
            schema: &schema,
            stage: id,
            place: &spec.uses.place,
            words: spec.words,
        };
        let mut config = options.check(given, self.errors);
        if let (Some(json), Some(entry)) = (&config, found.entries().first())
            && let Err(EntryError::Config { option, error }) = entry.configure(json.clone())
        {
            let error = refused(id, option.as_deref(), &error, given, &spec.uses.place);
            self.errors.push(error);
            config = None;
        }
        let what = What::Registered {
            version: found.version.clone(),
            entries: found.entries().to_vec(),
        };
        (what, config.unwrap_or_default())
    }

    fn built_in(&mut self, spec: &StageSpec, given: &[Given]) -> (What, Json) {
        let id = spec.id();
        let options = Options {
            schema: &BUILT_IN_SCHEMAS[id],
            stage: id,
            place: &spec.uses.place,
            words: spec.words,
        };
        let config = options.check(given, self.errors);
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

    fn find(&mut self, spec: &StageSpec) -> Option<&'a crate::stage::Registered> {
        let place = &spec.uses.place;
        let requirement = match spec.requirement().map(VersionReq::parse) {
            None => VersionReq::STAR,
            Some(Ok(requirement)) => requirement,
            Some(Err(error)) => {
                let said = spec.requirement().unwrap_or_default();
                let text = format!("`{said}` is no version requirement: {error}");
                let error = SpecError::new(Mistake::Version, place, text);
                self.errors
                    .push(error.help("write `id@^1.2` or `id@>=1.2, <2`"));
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
                self.errors
                    .push(error.help(format!("there {verb} {}", listed(&versions))));
                // Options and types are checked against what there is.
                return self.registry.latest(spec.id()).ok();
            }
            // A file with modules is missing, or `use` is, which has been told.
            Err(_) if self.spec.incomplete || self.is_told(place) => {}
            Err(_) => self.errors.push(self.unknown_stage(spec)),
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
        let ids = self.registry.iter().map(crate::stage::Registered::id);
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
fn params_schema(module: &ModuleSpec) -> Json {
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
