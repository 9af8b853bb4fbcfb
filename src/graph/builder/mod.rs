//! The graph while it is being built: one lock around all of it, and a file
//! for each of the ideas in it.

mod edges;
mod faults;
mod names;
mod nodes;
mod scopes;
mod sources;

use std::any::{Any, TypeId};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::files::Files;
use super::{BuildError, BuildErrors, Graph, HiddenType, Settings, check};
use crate::edge::Capacity;
use crate::node::{EdgeId, MakeNode, View};
pub(crate) use edges::EdgeMaker;
pub(crate) use nodes::{Made, NewNode, NodeName};
use scopes::Scope;

/// Collects the nodes and edges of one pipeline.
///
/// It is a handle: clones of it, and all outlets, build the same graph, from
/// one thread at a time. What is added after the pipeline has been started
/// runs nowhere.
#[derive(Clone)]
pub struct GraphBuilder {
    building: Arc<Mutex<Building>>,
}

/// A checked graph with what is needed to run it.
pub(crate) struct Parts {
    pub(crate) graph: Graph,
    pub(crate) node_makers: Vec<MakeNode>,
    pub(crate) edge_makers: Vec<EdgeMaker>,
    pub(crate) views: HashMap<EdgeId, View>,
    /// What each edge calls of its user's, as [`Hooks`] of its message type.
    pub(crate) hooks: Vec<Option<Box<dyn Any + Send>>>,
}

#[derive(Default)]
struct Building {
    graph: Graph,
    node_makers: Vec<MakeNode>,
    edge_makers: Vec<EdgeMaker>,
    /// What each edge carries, however its reader sees it.
    carries: Vec<TypeId>,
    views: HashMap<EdgeId, View>,
    /// What the messages of edges are taken for that carry them hidden.
    revealed: HashMap<EdgeId, HiddenType>,
    hooks: Vec<Option<Box<dyn Any + Send>>>,
    scopes: Vec<Scope>,
    /// For the stage that is built next.
    settings: Option<Settings>,
    /// Which nodes have been given their settings.
    settled: HashSet<usize>,
    /// How often a name that may repeat has been used.
    uses: HashMap<String, usize>,
    capacity: Option<Capacity>,
    files: Files,
    /// A run has the makers. What is added from now on runs nowhere.
    taken: bool,
}

impl GraphBuilder {
    pub(crate) fn new(name: String) -> Self {
        let mut building = Building::default();
        building.graph.name = name;
        Self {
            building: Arc::new(Mutex::new(building)),
        }
    }

    /// A copy of the graph as it stands.
    pub fn graph(&self) -> Graph {
        self.lock().graph.clone()
    }

    /// Sets the capacity of the edges that are made from now on.
    pub(crate) fn set_default_capacity(&self, capacity: Capacity) {
        self.lock().capacity = Some(capacity);
    }

    /// Checks the graph and hands its parts out, once.
    pub(crate) fn take(&self) -> Result<Parts, BuildErrors> {
        let mut building = self.lock();
        let graph = building.graph.clone();
        let errors = if building.taken {
            vec![BuildError::AlreadyStarted]
        } else {
            check(&graph)
        };
        if !errors.is_empty() {
            let pipeline = graph.name;
            return Err(BuildErrors { pipeline, errors });
        }
        building.taken = true;
        Ok(Parts {
            graph,
            node_makers: std::mem::take(&mut building.node_makers),
            edge_makers: std::mem::take(&mut building.edge_makers),
            views: std::mem::take(&mut building.views),
            hooks: std::mem::take(&mut building.hooks),
        })
    }

    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.building, &other.building)
    }

    fn lock(&self) -> MutexGuard<'_, Building> {
        // Building runs user code only outside the lock.
        self.building.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for GraphBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GraphBuilder")
            .field("graph", &self.lock().graph)
            .finish()
    }
}
