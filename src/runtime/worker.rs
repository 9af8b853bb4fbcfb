use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::{Either, join_all, select};
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use super::contain::contain;
use super::error::Cause;
use super::guard::Guard;
use super::state::RunState;
use super::threads::OnThread;
use crate::edge::idle;
use crate::graph::{Cost, EdgeMaker};
use crate::node::{EdgeId, LentEdge, LentEdges, MakeNode, NodeContext, NodeFuture, Workers};
use crate::pipeline::Plan;

/// What one worker shall run.
#[derive(Default)]
pub(super) struct Job {
    nodes: Vec<(usize, MakeNode)>,
    edges: HashMap<EdgeId, LentEdge>,
}

/// Gives each worker its nodes, and makes each edge the kind it has to be.
pub(super) fn jobs(
    state: &RunState,
    plan: &Plan,
    nodes: Vec<MakeNode>,
    edge_makers: &[EdgeMaker],
) -> Vec<Job> {
    let mut jobs: Vec<_> = (0..plan.workers).map(|_| Job::default()).collect();
    for (node, make) in nodes.into_iter().enumerate() {
        jobs[plan.worker_of[node]].nodes.push((node, make));
    }
    for (index, edge) in state.graph.edges.iter().enumerate() {
        let id = EdgeId(index);
        let capacity = state.graph.capacity(id);
        let counters = Arc::clone(&state.counters[index]);
        let from = plan.worker_of[edge.from];
        let mut lend = |worker: usize, edge| drop(jobs[worker].edges.insert(id, edge));
        match edge.to.map(|to| plan.worker_of[to]) {
            None => lend(from, LentEdge::Unconnected(counters)),
            Some(to) if to == from => lend(from, LentEdge::Local { capacity, counters }),
            Some(to) => {
                let (sender, inlet) = edge_makers[index](capacity, counters);
                lend(from, LentEdge::Remote(sender));
                lend(to, LentEdge::Remote(inlet));
            }
        }
    }
    jobs
}

/// Runs a worker on this thread until its nodes have ended or the run is aborted.
pub(super) fn run(job: Job, state: &Arc<RunState>, thread: &Arc<OnThread>) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .on_thread_park(idle::parked)
        .on_thread_unpark(idle::unparked)
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(work(job, state, thread)),
        Err(error) => {
            let text = format!("its worker cannot start: {error}");
            for (node, _) in job.nodes {
                state.node_ended(node, Err(Cause::Error(text.clone().into())));
            }
        }
    }
}

/// Builds the nodes of a worker and runs them here.
pub(super) async fn work(job: Job, state: &Arc<RunState>, thread: &Arc<OnThread>) {
    let nodes = LocalSet::new();
    let running = build(job, state, thread).into_iter().map(|(node, guard)| {
        let state = Arc::clone(state);
        nodes.spawn_local(async move { state.node_ended(node, guard.await) })
    });
    let all = join_all(running);
    let abort = std::pin::pin!(state.token().aborting());
    match select(std::pin::pin!(nodes.run_until(all)), abort).await {
        Either::Left((_, _)) => {}
        // The nodes, and with them their ends of the edges, go when `nodes` does.
        Either::Right(((), _)) => tracing::debug!(thread = %thread.name, "worker aborted"),
    }
}

fn build(job: Job, state: &Arc<RunState>, thread: &Arc<OnThread>) -> Vec<(usize, Guard)> {
    let threads = Arc::clone(&state.threads);
    let mut context = NodeContext {
        stage: "".into(),
        node: "".into(),
        stop: state.token(),
        prompt: false,
        workers: Workers::new(move |name, body| threads.spawn(name, |_| body())),
        edges: LentEdges::new(job.edges),
    };
    let mut guards = Vec::with_capacity(job.nodes.len());
    for (node, make) in job.nodes {
        let info = &state.graph.nodes[node];
        context.stage = Arc::clone(&info.stage);
        context.node = Arc::clone(&info.name);
        context.prompt = info.cost != Cost::Light;
        let span = tracing::info_span!(
            "node", pipeline = %state.graph.name, stage = %info.stage, node = %info.name,
        );
        let inside = thread.enter(node);
        let made = span.in_scope(|| contain(|| make(&mut context)));
        drop(inside);
        match made {
            Ok(Ok(future)) => guards.push((node, guard(future, node, thread, span))),
            Ok(Err(error)) => state.node_ended(node, Err(Cause::Error(error))),
            Err(panic) => state.node_ended(node, Err(panic)),
        }
    }
    guards
}

fn guard(future: NodeFuture, node: usize, thread: &Arc<OnThread>, span: tracing::Span) -> Guard {
    Guard::new(future, node, Arc::clone(thread), span)
}
