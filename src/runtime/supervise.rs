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
/// It ends when every thread of the run has. Once the run was told to end, or
/// all its nodes have, that is at the stop deadline plus a quarter of a second
/// at the latest, whatever user code does. `listening` is called when an
/// interrupt would no longer be missed.
pub(super) async fn supervise(state: &RunState, options: &RunOptions, listening: impl FnOnce()) {
    let mut interrupts = Interrupts::listen(options.stop_on_ctrl_c);
    state.started();
    listening();
    let mut until = None;
    let mut seen = (Phase::Running, false);
    while !finished(state) {
        let phase = state.phase();
        let winding_down = (phase, state.all_nodes_ended());
        if winding_down != seen {
            seen = winding_down;
            let patience = match phase {
                Phase::Aborting => ABORT_GRACE,
                Phase::Draining | Phase::Running => options.stop_deadline,
            };
            // A time past the end of the clock is no deadline.
            until = Instant::now().checked_add(patience);
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
    let left_behind: Vec<_> = state
        .threads
        .alive()
        .iter()
        .map(|thread| {
            let node = thread.node().map(|node| &state.graph.nodes[node]);
            LeftBehind {
                thread: thread.name.clone(),
                stage: node.map(|node| Arc::clone(&node.stage)),
                node: node.map(|node| Arc::clone(&node.name)),
            }
        })
        .collect();
    for left in &left_behind {
        tracing::error!(
            thread = %left.thread,
            stage = left.stage.as_deref(),
            node = left.node.as_deref(),
            "thread left behind",
        );
    }
    let ending = match state.phase() {
        Phase::Running => Ending::Completed,
        Phase::Draining => Ending::Stopped,
        Phase::Aborting => Ending::Aborted,
    };
    let report = state.report(ending, left_behind);
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
