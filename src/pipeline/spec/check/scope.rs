use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::What;
use crate::edge::Capacity;
use crate::pipeline::spec::settings::Understood;
use crate::pipeline::spec::{ModuleSpec, StageSpec};

/// A spec with its modules opened.
pub(super) struct Flat<'a> {
    /// The pipeline itself, and each use of a module.
    pub(super) scopes: Vec<Scope<'a>>,
    /// The stages of all of them.
    pub(super) stages: Vec<FlatStage<'a>>,
    /// That of every edge for which nothing else is said.
    pub(super) capacity: Option<Capacity>,
}

/// Where names are looked up: the stages of the pipeline or of one use of a
/// module.
pub(super) struct Scope<'a> {
    /// The use of the module, for all but the pipeline itself.
    pub(super) within: Option<Within<'a>>,
    /// What stands before the names of its stages: nothing, or `ingest/`.
    pub(super) prefix: String,
    pub(super) specs: &'a [StageSpec],
    pub(super) names: Vec<String>,
    /// The positions of the names; of one that is there twice, the first.
    pub(super) positions: BTreeMap<String, usize>,
    pub(super) items: Vec<Item>,
}

/// A use of a module.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    pub(super) module: &'a ModuleSpec,
    /// The scope in which it is used, and as the how manyeth stage.
    pub(super) scope: usize,
    pub(super) position: usize,
}

/// What a stage of a scope became.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Item {
    /// The stage of this number.
    Stage(usize),
    /// The module whose stages are this scope.
    Module(usize),
    /// Nothing: what is wrong has been told.
    Nothing,
}

/// A stage with everything understood but its inputs.
pub(super) struct FlatStage<'a> {
    /// The full name, such as `ingest/parse`.
    pub(super) name: String,
    pub(super) spec: &'a StageSpec,
    pub(super) scope: usize,
    pub(super) position: usize,
    pub(super) what: What,
    pub(super) config: Json,
    pub(super) settings: Understood,
}

impl Scope<'_> {
    /// The stage of this name.
    pub(super) fn find(&self, name: &str) -> Option<(usize, Item)> {
        let position = *self.positions.get(name)?;
        Some((position, *self.items.get(position)?))
    }

    /// The number of a module's inlet.
    pub(super) fn inlet(&self, name: &str) -> Option<usize> {
        let inlets = self.within?.module.inputs.iter();
        inlets.into_iter().position(|inlet| inlet.value == name)
    }
}
