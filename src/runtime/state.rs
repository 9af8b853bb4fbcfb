use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::error::{Cause, NodeFailure};
use super::report::{EdgeReport, NodeEnding, NodeReport};
use super::threads::Threads;
use crate::edge::EdgeCounters;
use crate::graph::Graph;
use crate::node::{Phase, StopToken};

/// What the workers, the supervisor and the handle of a run share.
#[derive(Debug)]
pub(super) struct RunState {
    pub(super) graph: Graph,
    pub(super) counters: Vec<Arc<EdgeCounters>>,
    pub(super) threads: Arc<Threads>,
    pub(super) started: Instant,
    /// Notified when a node or a thread has ended, or the phase has changed.
    pub(super) changed: Arc<Notify>,
    phase: watch::Sender<Phase>,
    ended: Mutex<Ended>,
}

/// How nodes have ended so far.
#[derive(Debug)]
struct Ended {
    nodes: Vec<Option<NodeEnding>>,
    /// In the order in which they happened.
    failures: Vec<NodeFailure>,
}

impl RunState {
    pub(super) fn new(graph: Graph, counters: Vec<Arc<EdgeCounters>>) -> Arc<Self> {
        let changed = Arc::new(Notify::new());
        Arc::new(Self {
            threads: Arc::new(Threads::new(Arc::clone(&changed))),
            changed,
            started: Instant::now(),
            phase: watch::Sender::new(Phase::Running),
            ended: Mutex::new(Ended {
                nodes: vec![None; graph.nodes.len()],
                failures: Vec::new(),
            }),
            graph,
            counters,
        })
    }

    pub(super) fn token(&self) -> StopToken {
        StopToken::new(self.phase.subscribe())
    }

    pub(super) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Moves on to `phase`, unless the run is further already.
    pub(super) fn advance(&self, phase: Phase) {
        let moved = self.phase.send_if_modified(|now| {
            let further = phase > *now;
            *now = phase.max(*now);
            further
        });
        if moved {
            self.changed.notify_one();
        }
    }

    /// Takes note of a node's end. A failure makes the run drain.
    pub(super) fn node_ended(&self, node: usize, end: Result<(), Cause>) {
        let info = &self.graph.nodes[node];
        match end {
            Ok(()) => {
                tracing::debug!(stage = %info.stage, node = %info.name, "node finished");
                self.lock().nodes[node] = Some(NodeEnding::Finished);
            }
            Err(cause) => {
                let failure = NodeFailure {
                    stage: Arc::clone(&info.stage),
                    node: Arc::clone(&info.name),
                    cause,
                };
                tracing::error!(
                    stage = %info.stage, node = %info.name, error = %failure, "node failed",
                );
                let mut ended = self.lock();
                ended.nodes[node] = Some(NodeEnding::Failed);
                ended.failures.push(failure);
                drop(ended);
                self.advance(Phase::Draining);
            }
        }
        self.changed.notify_one();
    }

    pub(super) fn all_nodes_ended(&self) -> bool {
        self.lock().nodes.iter().all(Option::is_some)
    }

    pub(super) fn take_failures(&self) -> Vec<NodeFailure> {
        std::mem::take(&mut self.lock().failures)
    }

    /// The counts of every edge, by the graph's order.
    pub(super) fn edges(&self) -> Vec<EdgeReport> {
        let name = |node: usize| Arc::clone(&self.graph.nodes[node].name);
        self.graph
            .edges
            .iter()
            .zip(&self.counters)
            .map(|(edge, counters)| EdgeReport {
                from: name(edge.from),
                to: edge.to.map(name),
                message: edge.message.clone(),
                dead_letters: edge.dead_letters,
                counts: counters.counts(),
            })
            .collect()
    }

    /// The counts of every node, which are those of its edges.
    pub(super) fn nodes(&self, edges: &[EdgeReport]) -> Vec<NodeReport> {
        let endings = self.lock().nodes.clone();
        let mut reports: Vec<_> = self
            .graph
            .nodes
            .iter()
            .zip(endings)
            .map(|(node, ending)| NodeReport {
                stage: Arc::clone(&node.stage),
                node: Arc::clone(&node.name),
                received: 0,
                emitted: 0,
                dead_lettered: 0,
                ending: ending.unwrap_or(NodeEnding::Running),
            })
            .collect();
        for (info, edge) in self.graph.edges.iter().zip(edges) {
            let from = &mut reports[info.from];
            if info.dead_letters {
                from.dead_lettered += edge.counts.sent;
            } else {
                from.emitted += edge.counts.sent;
            }
            if let Some(to) = info.to {
                reports[to].received += edge.counts.received;
            }
        }
        reports
    }

    fn lock(&self) -> MutexGuard<'_, Ended> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
