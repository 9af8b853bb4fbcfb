use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::{EdgeSpec, OnError, StageError, StopToken, Stopped, Stopwatch, Workers};
use crate::edge::{self, EdgeCounters, Inlet, RemoteInlet, RemoteSender, Sender};
use crate::message::Message;

/// Names an edge within its graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EdgeId(pub(crate) usize);

/// An edge as it is lent to a worker, before one of its nodes asks for an end.
#[derive(Debug)]
pub(crate) enum LentEdge {
    /// Nobody reads it: messages are counted and dropped.
    Unconnected(Arc<EdgeCounters>),
    /// Both nodes are on this worker, which makes the pair of ends.
    Local {
        spec: EdgeSpec,
        counters: Arc<EdgeCounters>,
    },
    /// The end for this worker, made before the threads.
    Remote(Box<dyn Any + Send>),
}

/// The two ends of an edge between workers, their message type hidden.
pub(crate) type EdgeEnds = (Box<dyn Any + Send>, Box<dyn Any + Send>);

/// What a worker lends a node while it is built: its place in the graph, the
/// ends of its edges, and threads.
#[derive(Debug)]
pub struct NodeContext {
    pub(crate) stage: Arc<str>,
    pub(crate) node: Arc<str>,
    pub(crate) stop: StopToken,
    /// Handling a message takes long enough that it must not wait for others.
    pub(crate) prompt: bool,
    pub(crate) on_error: OnError,
    pub(crate) stopwatch: Rc<Stopwatch>,
    pub(crate) workers: Workers,
    pub(crate) edges: LentEdges,
}

impl NodeContext {
    /// The identification of the stage that the node belongs to; the node's
    /// own name if it was made outside of any stage.
    pub fn stage(&self) -> &str {
        &self.stage
    }

    /// The name of the node, unique in its pipeline.
    pub fn node(&self) -> &str {
        &self.node
    }

    /// The threads that the run lends.
    pub fn workers(&self) -> &Workers {
        &self.workers
    }

    /// Completes when the run wants its sources to end, because it was told to
    /// stop or a node has failed.
    pub fn stopped(&self) -> Stopped {
        Stopped::new(self.stop.clone())
    }

    pub(crate) fn inlet<T: Message>(&mut self, edge: EdgeId) -> Result<Inlet<T>, StageError> {
        self.edges.inlet(edge)
    }

    pub(crate) fn sender<T: Message>(&mut self, edge: EdgeId) -> Result<Sender<T>, StageError> {
        self.edges.sender(edge)
    }

    /// The counters of an edge that nobody reads, if it is one.
    pub(crate) fn unconnected(&self, edge: EdgeId) -> Option<Arc<EdgeCounters>> {
        match self.edges.lent.get(&edge) {
            Some(LentEdge::Unconnected(counters)) => Some(Arc::clone(counters)),
            _ => None,
        }
    }
}

/// How the reader of an edge sees what the edge carries, where the two differ.
/// Gives an `Inlet` of what the reader expects.
pub(crate) type View =
    Arc<dyn Fn(&mut LentEdges, EdgeId) -> Result<Box<dyn Any>, StageError> + Send + Sync>;

/// The edge ends that a worker can lend. Those that no node has asked for
/// close their edges when this is dropped.
pub(crate) struct LentEdges {
    lent: HashMap<EdgeId, LentEdge>,
    /// The other ends of the local pairs that one node has asked for.
    halves: HashMap<EdgeId, Box<dyn Any>>,
    views: Arc<HashMap<EdgeId, View>>,
}

impl fmt::Debug for LentEdges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentEdges")
            .field("lent", &self.lent)
            .finish_non_exhaustive()
    }
}

impl LentEdges {
    pub(crate) fn new(lent: HashMap<EdgeId, LentEdge>, views: Arc<HashMap<EdgeId, View>>) -> Self {
        Self {
            lent,
            halves: HashMap::new(),
            views,
        }
    }

    /// The inlet as its reader sees it.
    fn inlet<T: Message>(&mut self, edge: EdgeId) -> Result<Inlet<T>, StageError> {
        match self.views.get(&edge).map(Arc::clone) {
            Some(view) => end_of(Some(view(self, edge)?), edge),
            None => self.carried(edge),
        }
    }

    /// The inlet of what the edge carries.
    pub(crate) fn carried<T: Message>(&mut self, edge: EdgeId) -> Result<Inlet<T>, StageError> {
        match self.lent.remove(&edge) {
            Some(LentEdge::Local { spec, counters }) => {
                let (sender, inlet) = edge::local_counted(spec.settings::<T>(), counters);
                self.halves.insert(edge, Box::new(sender));
                Ok(inlet)
            }
            Some(LentEdge::Remote(end)) => Ok(end_of::<RemoteInlet<T>>(Some(end), edge)?.open()),
            Some(LentEdge::Unconnected(_)) | None => end_of(self.halves.remove(&edge), edge),
        }
    }

    fn sender<T: Message>(&mut self, edge: EdgeId) -> Result<Sender<T>, StageError> {
        match self.lent.remove(&edge) {
            Some(LentEdge::Local { spec, counters }) => {
                let (sender, inlet) = edge::local_counted(spec.settings::<T>(), counters);
                self.halves.insert(edge, Box::new(inlet));
                Ok(sender)
            }
            Some(LentEdge::Remote(end)) => Ok(end_of::<RemoteSender<T>>(Some(end), edge)?.open()),
            Some(LentEdge::Unconnected(_)) | None => end_of(self.halves.remove(&edge), edge),
        }
    }
}

fn end_of<E: 'static>(end: Option<Box<dyn Any>>, edge: EdgeId) -> Result<E, StageError> {
    match end.map(Box::<dyn Any>::downcast) {
        Some(Ok(end)) => Ok(*end),
        Some(Err(_)) => Err(format!("edge {} carries another message type", edge.0).into()),
        None => Err(format!("edge {} is not lent to this worker", edge.0).into()),
    }
}
