use std::collections::HashMap;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::{Either, select};
use tokio::runtime::{Builder, LocalOptions};
use tokio::task::JoinSet;
use tracing::Span;

use super::contain::contain;
use super::error::Cause;
use super::guard::Guard;
use super::state::RunState;
use super::threads::OnThread;
use crate::edge::DropReason;
use crate::edge::idle;
use crate::graph::{Cost, Parts};
use crate::node::{
    EdgeId, EdgeSpec, LentEdge, LentEdges, MakeNode, NodeContext, OnError, Phase, Stopwatch, View,
    Workers,
};

/// After so many polls of nodes a worker looks at its timers and sockets, which
/// costs as much as a hundred messages. A poll of a light node takes a quarter
/// of a millisecond at most, see `Drive`.
const POLLS_PER_TURN: u32 = 64;

/// The same for a worker with nodes that may take longer for a single message.
const HEAVY_POLLS_PER_TURN: u32 = 16;

/// What one worker shall run.
#[derive(Default)]
pub(super) struct Job {
    nodes: Vec<(usize, MakeNode)>,
    edges: HashMap<EdgeId, LentEdge>,
    views: Arc<HashMap<EdgeId, View>>,
}

/// Gives each worker its nodes, and makes each edge the kind it has to be.
pub(super) fn jobs(state: &Arc<RunState>, parts: Parts) -> Vec<Job> {
    let plan = &state.plan;
    let views = Arc::new(parts.views);
    let mut jobs: Vec<_> = (0..plan.workers)
        .map(|_| Job {
            views: Arc::clone(&views),
            ..Job::default()
        })
        .collect();
    for (node, make) in parts.node_makers.into_iter().enumerate() {
        jobs[plan.worker_of(node)].nodes.push((node, make));
    }
    let makers = parts.edge_makers.into_iter().zip(parts.hooks);
    for (index, (edge, (make, hooks))) in state.graph.edges.iter().zip(makers).enumerate() {
        let id = EdgeId(index);
        let spec = EdgeSpec {
            capacity: plan.capacity(edge),
            overflow: edge.overflow,
            hooks,
            on_full: on_full(state, index),
        };
        let counters = Arc::clone(&state.counters[index]);
        let from = plan.worker_of(edge.from);
        let mut lend = |worker: usize, edge| drop(jobs[worker].edges.insert(id, edge));
        match edge.to.map(|to| plan.worker_of(to)) {
            None => lend(from, LentEdge::Unconnected(counters)),
            Some(to) if to == from => lend(from, LentEdge::Local { spec, counters }),
            Some(to) => {
                let (sender, inlet) = make(spec, counters);
                lend(from, LentEdge::Remote(sender));
                lend(to, LentEdge::Remote(inlet));
            }
        }
    }
    jobs
}

/// Logs what an edge drops, and lets the run know of an edge that fails.
fn on_full(state: &Arc<RunState>, edge: usize) -> Box<dyn FnMut(DropReason) + Send> {
    let state = Arc::clone(state);
    let mut count = 0_u64;
    Box::new(move |reason| {
        count += 1;
        if reason == DropReason::Failing {
            state.edge_failed(edge);
        } else if count.is_power_of_two() {
            state.log_drop(edge, count);
        }
    })
}

/// Runs a worker on this thread until its nodes have ended or the run is aborted.
pub(super) fn run(job: Job, state: &Arc<RunState>, thread: &Arc<OnThread>) {
    let nodes: Vec<_> = job.nodes.iter().map(|(node, _)| *node).collect();
    let is_light = |node: &usize| state.graph.nodes[*node].cost == Cost::Light;
    let polls_per_turn = if nodes.iter().all(is_light) {
        POLLS_PER_TURN
    } else {
        HEAVY_POLLS_PER_TURN
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .event_interval(polls_per_turn)
        .on_thread_park(idle::parked)
        .on_thread_unpark(idle::unparked)
        .build_local(LocalOptions::default());
    let end = match runtime {
        Ok(runtime) => contain(|| {
            runtime.block_on(work(job, state, thread));
            // Drops the nodes of an aborted run, and waits for no blocking
            // task that user code has left behind.
            runtime.shutdown_background();
        }),
        Err(error) => Err(Cause::Error(
            format!("its worker cannot start: {error}").into(),
        )),
    };
    if let Err(cause) = end {
        state.worker_failed(&nodes, &cause);
    }
}

/// Builds the nodes of a worker and runs them on this thread.
pub(super) async fn work(job: Job, state: &Arc<RunState>, thread: &Arc<OnThread>) {
    let mut nodes = JoinSet::new();
    for guard in build(job, state, thread) {
        nodes.spawn_local(guard);
    }
    let all = pin!(async move { while nodes.join_next().await.is_some() {} });
    let abort = pin!(state.token().aborting());
    if let Either::Right(_) = select(all, abort).await {
        tracing::debug!(thread = %thread.name, "worker aborted");
    }
}

fn build(job: Job, state: &Arc<RunState>, thread: &Arc<OnThread>) -> Vec<Guard> {
    let threads = Arc::clone(&state.threads);
    let mut context = NodeContext {
        stage: "".into(),
        node: "".into(),
        stop: state.token(),
        prompt: false,
        on_error: OnError::default(),
        stopwatch: Rc::new(Stopwatch::new(Arc::default())),
        workers: Workers::new(move |name, body| {
            let span = Span::current();
            threads.spawn(name, move |_| span.in_scope(body))
        }),
        edges: LentEdges::new(job.edges, job.views),
    };
    let mut guards = Vec::with_capacity(job.nodes.len());
    for (node, make) in job.nodes {
        if state.phase() == Phase::Aborting {
            break;
        }
        let info = &state.graph.nodes[node];
        context.stage = Arc::clone(&info.stage);
        context.node = Arc::clone(&info.name);
        context.prompt = info.cost != Cost::Light;
        context.on_error = info.on_error;
        let stopwatch = Rc::new(Stopwatch::new(Arc::clone(&state.busy[node])));
        context.stopwatch = Rc::clone(&stopwatch);
        let span = tracing::info_span!(
            "node", pipeline = %state.graph.name, stage = %info.stage, node = %info.name,
        );
        let inside = thread.enter(node);
        let made = span.in_scope(|| contain(|| make(&mut context)));
        drop(inside);
        match made {
            Ok(Ok(future)) => {
                let (thread, state) = (Arc::clone(thread), Arc::clone(state));
                guards.push(Guard::new(future, node, thread, state, span, stopwatch));
            }
            Ok(Err(error)) => state.node_ended(node, Err(Cause::Error(error))),
            Err(panic) => state.node_ended(node, Err(panic)),
        }
    }
    guards
}
