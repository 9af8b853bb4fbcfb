use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::contain::contain;
use super::error::{Cause, NodeFailure};
use super::report::{EdgeReport, Ending, LeftBehind, NodeEnding, NodeReport, RunReport};
use super::threads::Threads;
use crate::edge::EdgeCounters;
use crate::graph::{Graph, NodeInfo};
use crate::node::{Phase, StopToken};
use crate::pipeline::Plan;

/// What the workers, the supervisor and the handle of a run share.
#[derive(Debug)]
pub(super) struct RunState {
    pub(super) graph: Graph,
    pub(super) counters: Vec<Arc<EdgeCounters>>,
    pub(super) plan: Plan,
    /// For each node, for how many nanoseconds it was polled.
    pub(super) busy: Vec<Arc<AtomicU64>>,
    pub(super) threads: Arc<Threads>,
    /// When the supervisor began to watch, on its clock.
    started: OnceLock<Instant>,
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
    pub(super) fn new(graph: Graph, plan: Plan) -> Arc<Self> {
        let edges = graph.edges.iter();
        let counters = edges.map(|edge| Arc::new(EdgeCounters::new(plan.capacity(edge))));
        let changed = Arc::new(Notify::new());
        Arc::new(Self {
            threads: Arc::new(Threads::new(Arc::clone(&changed))),
            changed,
            started: OnceLock::new(),
            phase: watch::Sender::new(Phase::Running),
            ended: Mutex::new(Ended {
                nodes: vec![None; graph.nodes.len()],
                failures: Vec::new(),
            }),
            counters: counters.collect(),
            busy: graph.nodes.iter().map(|_| Arc::default()).collect(),
            plan,
            graph,
        })
    }

    pub(super) fn started(&self) {
        self.started.get_or_init(Instant::now);
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
    ///
    /// Noted first and logged second: a user's error may panic when it is put
    /// into words, and a subscriber when it is given them.
    pub(super) fn node_ended(&self, node: usize, end: Result<(), Cause>) {
        let info = &self.graph.nodes[node];
        match end {
            Ok(()) => {
                self.lock().nodes[node] = Some(NodeEnding::Finished);
                self.changed.notify_one();
                tracing::debug!(stage = %info.stage, node = %info.name, "node finished");
            }
            Err(cause) => {
                let text = contain(|| cause.to_string());
                let failure = NodeFailure {
                    stage: Arc::clone(&info.stage),
                    node: Arc::clone(&info.name),
                    cause,
                };
                let mut ended = self.lock();
                ended.nodes[node] = Some(NodeEnding::Failed);
                ended.failures.push(failure);
                drop(ended);
                self.advance(Phase::Draining);
                self.changed.notify_one();
                tracing::error!(
                    stage = %info.stage, node = %info.name,
                    error = text.as_deref().unwrap_or("an error without words"),
                    "node failed",
                );
            }
        }
    }

    /// Takes note of an edge that was full and fails when it is. That makes
    /// the run drain, as a failure of the node before it would.
    pub(super) fn edge_failed(&self, edge: usize) {
        let (from, to) = self.around(edge);
        let error = format!("the edge to `{to}` was full, and it was set to fail when it is");
        let failure = NodeFailure {
            stage: Arc::clone(&from.stage),
            node: Arc::clone(&from.name),
            cause: Cause::Error(error.into()),
        };
        self.lock().failures.push(failure);
        self.advance(Phase::Draining);
        self.changed.notify_one();
        tracing::error!(stage = %from.stage, node = %from.name, %to, "edge failed");
    }

    pub(super) fn log_drop(&self, edge: usize, count: u64) {
        let (from, to) = self.around(edge);
        tracing::warn!(
            stage = %from.stage, node = %from.name, %to, count,
            "message dropped at a full edge",
        );
    }

    /// The node before an edge, and the name of the one behind.
    fn around(&self, edge: usize) -> (&NodeInfo, &str) {
        let edge = &self.graph.edges[edge];
        let to = edge.to.map_or("nobody", |to| &*self.graph.nodes[to].name);
        (&self.graph.nodes[edge.from], to)
    }

    /// Takes note that a worker ended, and with it those of its nodes that
    /// had not.
    pub(super) fn worker_failed(&self, nodes: &[usize], cause: &Cause) {
        for node in nodes {
            if self.lock().nodes[*node].is_none() {
                let error = format!("its worker {cause}");
                self.node_ended(*node, Err(Cause::Error(error.into())));
            }
        }
    }

    /// What has been done, by the counts of the edges.
    pub(super) fn report(&self, ending: Ending, left_behind: Vec<LeftBehind>) -> RunReport {
        let edges = self.edges();
        RunReport {
            pipeline: self.graph.name.clone(),
            ending,
            elapsed: self.started.get_or_init(Instant::now).elapsed(),
            max_workers: self.plan.limit.get(),
            nodes: self.nodes(&edges),
            edges,
            left_behind,
        }
    }

    pub(super) fn all_nodes_ended(&self) -> bool {
        self.lock().nodes.iter().all(Option::is_some)
    }

    pub(super) fn take_failures(&self) -> Vec<NodeFailure> {
        std::mem::take(&mut self.lock().failures)
    }

    /// The counts of every edge, by the graph's order.
    fn edges(&self) -> Vec<EdgeReport> {
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
    fn nodes(&self, edges: &[EdgeReport]) -> Vec<NodeReport> {
        let endings = self.lock().nodes.clone();
        let mut reports: Vec<_> = self
            .graph
            .nodes
            .iter()
            .zip(endings)
            .enumerate()
            .map(|(index, (node, ending))| NodeReport {
                stage: Arc::clone(&node.stage),
                node: Arc::clone(&node.name),
                received: 0,
                emitted: 0,
                dead_lettered: 0,
                worker: self.plan.worker_of(index),
                own_worker: self.plan.has_own_worker(index),
                replica_of: node.replica_of.clone(),
                busy: Duration::from_nanos(self.busy[index].load(Relaxed)),
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
