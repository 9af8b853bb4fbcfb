use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::error::{RunError, RunFailure};
use super::options::RunOptions;
use super::report::{Ending, LeftBehind, RunReport};
use super::state::RunState;
use crate::node::Phase;

/// How long after an abort a thread may take to come out of user code.
const ABORT_GRACE: Duration = Duration::from_millis(250);

/// Watches a run to its end, and takes it through its phases on the way.
///
/// It ends when every thread of the run has, or at the stop deadline plus a
/// quarter of a second, whatever user code does.
pub(super) async fn supervise(state: &RunState, options: &RunOptions) {
    let mut interrupts = Interrupts::listen(options.stop_on_ctrl_c);
    let mut until = None;
    let mut seen = Phase::Running;
    while !finished(state) {
        let phase = state.phase();
        if phase != seen {
            seen = phase;
            until = Some(
                Instant::now()
                    + match phase {
                        Phase::Aborting => ABORT_GRACE,
                        Phase::Draining | Phase::Running => options.stop_deadline,
                    },
            );
        }
        tokio::select! {
            () = state.changed.notified() => {}
            () = at(until) => match phase {
                Phase::Aborting => break,
                Phase::Draining | Phase::Running => state.advance(Phase::Aborting),
            },
            () = interrupts.next() => state.advance(match phase {
                Phase::Running => Phase::Draining,
                Phase::Draining | Phase::Aborting => Phase::Aborting,
            }),
        }
    }
}

fn finished(state: &RunState) -> bool {
    let aborted_or_done = state.phase() == Phase::Aborting || state.all_nodes_ended();
    aborted_or_done && state.threads.alive().is_empty()
}

/// Says how a run went, once nothing of it moves any more.
pub(super) fn conclude(state: &RunState) -> Result<RunReport, RunError> {
    let left_behind = state
        .threads
        .alive()
        .iter()
        .map(|thread| LeftBehind {
            thread: thread.name.clone(),
            node: thread
                .node()
                .map(|node| Arc::clone(&state.graph.nodes[node].name)),
        })
        .collect();
    let edges = state.edges();
    let report = RunReport {
        pipeline: state.graph.name.clone(),
        ending: match state.phase() {
            Phase::Running => Ending::Completed,
            Phase::Draining => Ending::Stopped,
            Phase::Aborting => Ending::Aborted,
        },
        elapsed: state.started.elapsed(),
        nodes: state.nodes(&edges),
        edges,
        left_behind,
    };
    for left in &report.left_behind {
        tracing::error!(thread = %left.thread, node = ?left.node, "thread left behind");
    }
    let mut failures = state.take_failures().into_iter();
    match failures.next() {
        None => Ok(report),
        Some(first) => Err(RunError::Failed(Box::new(RunFailure {
            first,
            later: failures.collect(),
            report,
        }))),
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}

/// The interrupts (Ctrl-C) of the process, if the run shall mind them.
struct Interrupts {
    signal: Option<io::Result<Signal>>,
}

#[cfg(unix)]
type Signal = tokio::signal::unix::Signal;
#[cfg(windows)]
type Signal = tokio::signal::windows::CtrlC;

impl Interrupts {
    /// Listens from now on, so that no interrupt falls between two looks.
    fn listen(wanted: bool) -> Self {
        #[cfg(unix)]
        let listen = || tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
        #[cfg(windows)]
        let listen = tokio::signal::windows::ctrl_c;
        let signal = wanted.then(listen);
        if let Some(Err(error)) = &signal {
            tracing::warn!(%error, "cannot listen for Ctrl-C");
        }
        Self { signal }
    }

    async fn next(&mut self) {
        let heard = match &mut self.signal {
            Some(Ok(signal)) => signal.recv().await,
            Some(Err(_)) | None => None,
        };
        if heard.is_none() {
            pending::<()>().await;
        }
    }
}
