use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::{Located, SpecError, Table, Value};

/// A pipeline as data: its stages, how they are joined, and their options.
///
/// It is read from TOML with [`PipelineSpec::read`] or from one line with
/// [`PipelineSpec::parse_inline`], and says for each value where it stands.
/// Two specs are equal when they say the same, wherever it stands.
#[derive(Clone, Debug)]
pub struct PipelineSpec {
    /// Where the spec was read: a file, or `inline`.
    pub file: Arc<str>,
    /// The name of the pipeline, if it is given.
    pub name: Option<Located<String>>,
    /// The files whose modules it uses.
    pub include: Vec<Located<String>>,
    /// Settings of all stages that do not say otherwise.
    pub defaults: Settings,
    /// The stages.
    pub stages: Vec<StageSpec>,
    /// The modules that are written in it.
    pub modules: Vec<ModuleSpec>,
    /// The modules of the files that it includes.
    pub included: Vec<ModuleSpec>,
    /// Options that were set from outside, the later over the earlier.
    pub overrides: Vec<Override>,
    /// What is wrong with keys and values, found while reading.
    pub faults: Vec<SpecError>,
    /// A file with modules could not be read, so ids may be missing.
    pub(super) incomplete: bool,
}

/// A stage of a pipeline or of a module, as data.
#[derive(Clone, Debug, PartialEq)]
pub struct StageSpec {
    /// Which stage or module it is: an id, or `id@` and a version requirement.
    pub uses: Located<String>,
    /// Its name, if it is given.
    pub name: Option<Located<String>>,
    /// What it reads, each a name or `name.port`; the stage before it if
    /// nothing is said.
    pub inputs: Option<Vec<Located<String>>>,
    /// Its options.
    pub with: Table,
    /// The options were written as words, so `64` may be a text.
    pub words: bool,
    /// How it is run.
    pub settings: Settings,
}

/// How a stage is run, as data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// `on-error`: what becomes of a message that the stage refuses.
    pub on_error: Option<Located<Value>>,
    /// `placement`: on which worker it runs.
    pub placement: Option<Located<Value>>,
    /// `replicas`: how many times it runs, side by side.
    pub replicas: Option<Located<Value>>,
    /// `capacity` of the edges after it.
    pub capacity: Option<Located<Value>>,
    /// `overflow` of the edges after it.
    pub overflow: Option<Located<Value>>,
}

/// A module that is written in a spec: stages with parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct ModuleSpec {
    /// Its id.
    pub id: Located<String>,
    /// Its parameters.
    pub params: Vec<ParamSpec>,
    /// The names of its inlets.
    pub inputs: Vec<Located<String>>,
    /// The names of its outlets, each with the outlet of a stage within.
    pub outputs: Vec<(Located<String>, Located<String>)>,
    /// Its stages.
    pub stages: Vec<StageSpec>,
}

/// A parameter of a module.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamSpec {
    /// Its name.
    pub name: Located<String>,
    /// The type of its values.
    pub of: Located<ParamType>,
    /// What it is if nothing is given; without a default it must be given.
    pub default: Option<Located<Value>>,
    /// What it is for.
    pub help: Option<Located<String>>,
}

/// The type of a parameter's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// `boolean`
    Boolean,
    /// `integer`
    Integer,
    /// `number`
    Number,
    /// `string`
    String,
    /// `array`
    Array,
    /// `object`
    Object,
}

impl ParamType {
    pub(super) const ALL: [Self; 6] = [
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    /// The name, as in JSON Schema.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// An option of a stage that was set from outside the spec.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The full name of the stage.
    pub stage: Located<String>,
    /// The option, with dots between its parts; a setting begins with `@`.
    pub option: String,
    /// The value as a word, whose type the option decides.
    pub word: String,
}

impl PipelineSpec {
    /// A spec without stages.
    pub(super) fn empty(file: &str) -> Self {
        Self {
            file: file.into(),
            name: None,
            include: Vec::new(),
            defaults: Settings::default(),
            stages: Vec::new(),
            modules: Vec::new(),
            included: Vec::new(),
            overrides: Vec::new(),
            faults: Vec::new(),
            incomplete: false,
        }
    }

    /// The name of the pipeline: what it is given, or the stem of its file.
    pub fn name(&self) -> &str {
        if let Some(name) = &self.name {
            return &name.value;
        }
        let stem = Path::new(&*self.file).file_stem();
        stem.and_then(|stem| stem.to_str()).unwrap_or("pipeline")
    }
}

impl StageSpec {
    /// The id, without the version requirement.
    pub fn id(&self) -> &str {
        let uses = &self.uses.value;
        uses.split_once('@').map_or(uses, |(id, _)| id)
    }

    /// The version requirement, if one is given.
    pub fn requirement(&self) -> Option<&str> {
        Some(self.uses.value.split_once('@')?.1)
    }
}

/// The names of stages: those given; otherwise the id, numbered from the
/// second on.
pub(super) fn names(stages: &[StageSpec]) -> Vec<String> {
    let given = |stage: &StageSpec| Some(stage.name.as_ref()?.value.clone());
    let mut taken: BTreeSet<_> = stages.iter().filter_map(given).collect();
    let mut uses = BTreeMap::new();
    let mut name = |stage: &StageSpec| {
        if let Some(name) = given(stage) {
            return name;
        }
        let id = stage.id();
        let uses: &mut u64 = uses.entry(id.to_owned()).or_default();
        loop {
            *uses += 1;
            let name = match *uses {
                1 => id.to_owned(),
                number => format!("{id}-{number}"),
            };
            if taken.insert(name.clone()) {
                return name;
            }
        }
    };
    stages.iter().map(&mut name).collect()
}

impl PartialEq for PipelineSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.include == other.include
            && self.defaults == other.defaults
            && self.stages == other.stages
            && self.modules == other.modules
            && self.overrides == other.overrides
    }
}
