use std::sync::Arc;

use super::{Building, GraphBuilder};
use crate::graph::{Cost, Placement, Settings};

/// A stage or module whose nodes are being made.
pub(super) struct Scope {
    pub(super) id: Arc<str>,
    pub(super) path: Arc<str>,
    pub(super) cost: Cost,
    settings: Settings,
    /// How many nodes stood before it.
    first: usize,
}

impl GraphBuilder {
    /// Runs `build` with the nodes it makes counted to the stage `id`.
    pub(crate) fn in_stage<R>(&self, id: &str, cost: Cost, build: impl FnOnce() -> R) -> R {
        self.lock().open_scope(id, cost);
        let built = build();
        self.lock().close_scope();
        built
    }

    /// Runs `build`, in which one stage or module is added, and gives the
    /// nodes of that stage these settings.
    ///
    /// They win over what the stage says of its nodes; those of a stage inside
    /// of it win over these.
    pub fn with_settings<R>(&self, settings: Settings, build: impl FnOnce() -> R) -> R {
        self.lock().settings = Some(settings);
        let built = build();
        self.lock().settings = None;
        built
    }

    /// Runs `build` with the nodes it makes counted to one replica of the
    /// stage being built. The first of them is what was to be replicated: it
    /// gets the placement, and is worth a thread.
    pub(crate) fn in_replica<R>(
        &self,
        number: usize,
        placement: Placement,
        build: impl FnOnce() -> R,
    ) -> R {
        let first = {
            let mut building = self.lock();
            building.open_replica(number);
            building.graph.nodes.len()
        };
        let built = build();
        let mut building = self.lock();
        building.scopes.pop();
        let name = building.scopes.last().map(|scope| Arc::clone(&scope.path));
        if let Some(node) = building.graph.nodes.get_mut(first) {
            node.replica_of = name;
            if node.placement == Placement::ByCost {
                node.placement = placement;
            }
            if node.cost == Cost::Light {
                node.cost = Cost::Heavy;
            }
        }
        drop(building);
        built
    }

    /// Makes a node light, whatever its stage says, and keeps it beside that
    /// other one, or the one before it: it is there for others.
    pub(crate) fn keep_light(&self, node: usize, beside: Option<usize>) {
        let mut building = self.lock();
        building.settled.insert(node);
        let node = &mut building.graph.nodes[node];
        node.cost = Cost::Light;
        node.beside = beside;
    }
}

impl Building {
    pub(super) fn open_scope(&mut self, id: &str, cost: Cost) {
        let settings = self.settings.take().unwrap_or_default();
        let path = match &settings.name {
            // A name is the user's: a second one like it is an error.
            Some(name) => self.within_scope(name),
            None => self.numbered(self.within_scope(id)),
        };
        let around = self.scopes.last().map(|scope| &scope.settings);
        self.scopes.push(Scope {
            id: id.into(),
            path: path.into(),
            cost,
            settings: settings.within(around),
            first: self.graph.nodes.len(),
        });
    }

    /// Gives the nodes of the scope its settings, but for those that a scope
    /// inside of it has given theirs.
    pub(super) fn close_scope(&mut self) {
        let Some(scope) = self.scopes.pop() else {
            return;
        };
        for index in scope.first..self.graph.nodes.len() {
            if self.settled.insert(index) {
                let node = &mut self.graph.nodes[index];
                node.placement = scope.settings.placement.unwrap_or(node.placement);
                node.on_error = scope.settings.on_error.unwrap_or(node.on_error);
            }
        }
    }

    pub(super) fn open_replica(&mut self, number: usize) {
        let Some(scope) = self.scopes.last() else {
            return;
        };
        let path = format!("{}.{number}", scope.path);
        let (id, cost) = (Arc::clone(&scope.id), scope.cost);
        let settings = Settings::default().within(Some(&scope.settings));
        // Taken, also for a later stage of the same name.
        *self.uses.entry(path.clone()).or_default() += 1;
        self.scopes.push(Scope {
            id,
            path: path.into(),
            cost,
            settings,
            first: self.graph.nodes.len(),
        });
    }
}
