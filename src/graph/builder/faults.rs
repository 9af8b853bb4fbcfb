use std::path::Path;
use std::sync::Arc;

use super::{Building, GraphBuilder};
use crate::graph::BuildError;
use crate::graph::files::FileUse;

impl GraphBuilder {
    /// Refuses the stage that is being built, as
    /// [`Outlet::refuse`](crate::graph::Outlet::refuse) does, for a stage that has no outlet at hand.
    pub fn refuse(&self, reason: impl Into<String>) {
        self.lock().refuse(reason.into());
    }

    /// Says that the stage that is being built uses this file, and refuses it
    /// if that goes badly with how another one uses it.
    pub(crate) fn uses_file(&self, path: &Path, of: FileUse) {
        let mut building = self.lock();
        let stage = building.open_stage();
        if let Some(reason) = building.files.claim(path, of, Arc::clone(&stage)) {
            building.fault(BuildError::StageRefused { stage, reason });
        }
    }

    /// Says that the stage that is being built reads standard input, and
    /// refuses it if another one does already.
    pub(crate) fn uses_stdin(&self) {
        let mut building = self.lock();
        let stage = building.open_stage();
        if let Some(reason) = building.files.claim_stdin(Arc::clone(&stage)) {
            building.fault(BuildError::StageRefused { stage, reason });
        }
    }

    pub(crate) fn fault_at_last_node(&self, error: impl FnOnce(Arc<str>) -> BuildError) {
        let mut building = self.lock();
        if let Some(node) = building.graph.nodes.last() {
            let error = error(Arc::clone(&node.name));
            building.fault(error);
        }
    }
}

impl Building {
    pub(super) fn refuse(&mut self, reason: String) {
        let stage = self.open_stage();
        self.fault(BuildError::StageRefused { stage, reason });
    }

    /// The path of the stage that is being built.
    pub(super) fn open_stage(&self) -> Arc<str> {
        match self.scopes.last() {
            Some(scope) => Arc::clone(&scope.path),
            None => "(outside of any stage)".into(),
        }
    }

    pub(super) fn fault(&mut self, error: BuildError) {
        let graph = &mut self.graph;
        graph.faults.push((graph.nodes.len(), error));
    }
}
