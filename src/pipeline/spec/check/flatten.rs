use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::lookup::{Lookup, params_schema};
use super::scope::{Flat, FlatStage, Item, Scope, Within};
use super::what::{BUILT_IN, What};
use crate::pipeline::spec::data::names;
use crate::pipeline::spec::options::{Checking, Given, Options};
use crate::pipeline::spec::overrides::{Overridden, Overrides};
use crate::pipeline::spec::settings::{Reading, Understood};
use crate::pipeline::spec::variables::{Params, Variables};
use crate::pipeline::spec::{
    Located, Mistake, ModuleSpec, ParamSpec, PipelineSpec, Place, Settings, SpecError, StageSpec,
    Value,
};
use crate::stage::Registry;

/// No pipeline is as large; modules of modules get there in a few lines.
const MAX_STAGES: usize = 10_000;

/// Each module within another takes a piece of the stack.
const MAX_DEPTH: usize = 128;

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
            capacity: None,
        },
        errors,
    };
    flattening.modules();
    let defaults = flattening.understood(&spec.defaults, None, false);
    flattening.flat.capacity = defaults.capacity;
    flattening.scope(&spec.stages, "", None, None, &defaults);
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
                self.ports_once(module);
                continue;
            };
            let text = format!("there is another `{id}`, {other}");
            let error = SpecError::new(Mistake::DuplicateName, &module.id.place, text);
            self.errors.push(error.help("call the module differently"));
        }
    }

    /// Tells the inlets, and the outlets, of a module that share a name, and
    /// the inlets that a stage in it shares its name with.
    fn ports_once(&mut self, module: &ModuleSpec) {
        let stages = names(&module.stages);
        let mut seen: BTreeSet<_> = stages.iter().map(String::as_str).collect();
        let mut outlets = BTreeSet::new();
        let inlets = module.inputs.iter().map(|name| ("inlet", name));
        let named = inlets.chain(module.outputs.iter().map(|(name, _)| ("outlet", name)));
        for (what, name) in named {
            let known = if what == "inlet" {
                &mut seen
            } else {
                &mut outlets
            };
            if !known.insert(&name.value) {
                let text = format!("the {what} `{}` shares its name", name.value);
                let error = SpecError::new(Mistake::DuplicateName, &name.place, text);
                let help = "stages and inlets of a module have a name each, and so have outlets";
                self.errors.push(error.help(help));
            }
        }
    }

    fn scope(
        &mut self,
        specs: &'a [StageSpec],
        prefix: &str,
        within: Option<Within<'a>>,
        params: Option<&Params>,
        around: &Understood,
    ) -> usize {
        let scope = self.flat.scopes.len();
        let names = names(specs);
        self.names_once(specs, &names);
        let positions = names.iter().enumerate().rev();
        let positions = positions.map(|(position, name)| (name.clone(), position));
        self.flat.scopes.push(Scope {
            within,
            prefix: prefix.to_owned(),
            specs,
            positions: positions.collect(),
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
        if let Some(item) = self.too_large(&spec.uses.place) {
            return item;
        }
        let lookup = Lookup {
            spec: self.spec,
            registry: self.registry,
            modules: &self.modules,
        };
        let (what, config) = lookup.what(spec, &given, self.errors);
        let is_straight = what.input_count() == Some(1)
            && what.outlets().is_some_and(|outlets| outlets.len() == 1);
        if !is_straight && !matches!(what, What::Unknown) {
            self.no_replicas(&settings, "only a stage with one inlet and one outlet");
        }
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
        if let Some(item) = self.too_large(place) {
            return item;
        }
        self.no_replicas(settings, "only a stage, not a module of a spec,");
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
            &prefix,
            Some(within),
            Some(&params),
            settings,
        );
        self.open.pop();
        Item::Module(scope)
    }

    fn no_replicas(&mut self, settings: &Understood, which: &str) {
        if let Some(replicas) = &settings.replicas {
            let text = format!("{which} can have replicas");
            self.errors
                .push(SpecError::new(Mistake::Setting, &replicas.place, text));
        }
    }

    /// The values of a module's parameters; none for those that are wrong.
    fn params(&mut self, module: &ModuleSpec, given: Option<&Json>) -> Params {
        let params = module.params.iter().map(|param| {
            let known = given.and_then(|given| given.get(&param.name.value).cloned());
            let value = known.or_else(|| self.default(param).filter(|_| given.is_some()));
            (param.name.value.clone(), value)
        });
        params.collect()
    }

    fn default(&mut self, param: &ParamSpec) -> Option<Json> {
        let variables = Variables {
            environment: self.environment,
            params: None,
        };
        let expanded = variables.expand(param.default.as_ref()?, self.errors)?;
        let schema = json!({ "type": param.of.value.name() });
        let mut checking = Checking {
            root: &schema,
            stage: None,
            is_loose: expanded.is_foreign,
            is_silent: expanded.is_foreign,
            errors: Vec::new(),
        };
        let json = checking.value(&schema, &expanded.value, "default");
        self.errors.append(&mut checking.errors);
        json
    }

    /// Tells, once, that modules unfold to too much.
    fn too_large(&mut self, place: &Place) -> Option<Item> {
        let text = if self.open.len() >= MAX_DEPTH {
            format!("more than {MAX_DEPTH} modules stand within each other")
        } else if self.flat.scopes.len() + self.flat.stages.len() >= MAX_STAGES {
            format!("the pipeline has more than {MAX_STAGES} stages and modules")
        } else {
            return None;
        };
        // The same place each time, so that the errors are one.
        let place = self.spec.stages.first().map_or(place, |it| &it.uses.place);
        self.errors
            .push(SpecError::new(Mistake::Recursion, place, text));
        Some(Item::Nothing)
    }
}
