use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Arc, mpsc};

use futures_util::future::join;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use super::error::RunError;
use super::options::RunOptions;
use super::report::{Ending, RunReport};
use super::state::RunState;
use super::supervise::{conclude, supervise};
use super::threads::{OnThread, spawn_contained};
use super::worker;
use crate::graph::{BuildErrors, Parts};
use crate::node::Phase;
use crate::pipeline::{Pipeline, plan};

/// A started pipeline.
///
/// Dropping it aborts the run; [`join`](Self::join) sees it to its end.
pub struct RunHandle {
    pub(super) state: Arc<RunState>,
    outcome: oneshot::Receiver<Outcome>,
}

impl Pipeline {
    /// Runs the pipeline to its end, with the default [`RunOptions`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future aborts the run: what is on the way is dropped.
    ///
    /// # Errors
    ///
    /// [`RunError::Refused`] with everything that is wrong with the graph,
    /// before anything has started; [`RunError::Failed`] when a node failed.
    pub async fn run(self) -> Result<RunReport, RunError> {
        self.run_with(RunOptions::default()).await
    }

    /// Runs the pipeline to its end.
    ///
    /// # Cancellation
    ///
    /// As [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn run_with(self, options: RunOptions) -> Result<RunReport, RunError> {
        self.start_with(options)?.join().await
    }

    /// Starts the pipeline, with the default [`RunOptions`].
    ///
    /// # Errors
    ///
    /// As [`start_with`](Self::start_with).
    pub fn start(self) -> Result<RunHandle, RunError> {
        self.start_with(RunOptions::default())
    }

    /// Starts the pipeline on threads of its own. Needs no runtime around it.
    ///
    /// # Errors
    ///
    /// [`RunError::Refused`] with everything that is wrong with the graph;
    /// nothing runs then. [`RunError::NoThread`]; what had started is aborted.
    pub fn start_with(self, options: RunOptions) -> Result<RunHandle, RunError> {
        let (state, parts) = self.checked(options.workers)?;
        let jobs = worker::jobs(&state, parts);
        tracing::debug!(pipeline = %state.graph.name, workers = state.plan.workers, "run starts");
        let outcome = spawn_supervisor(&state, options).map_err(RunError::NoThread)?;
        // From here on, dropping the handle on an error aborts the run.
        let handle = RunHandle { state, outcome };
        for (index, job) in jobs.into_iter().enumerate() {
            let name = format!("{}-{index}", handle.state.graph.name);
            let state = Arc::clone(&handle.state);
            let work = move |thread| worker::run(job, &state, &thread);
            let spawned = handle.state.threads.spawn(name, work);
            spawned.map_err(RunError::NoThread)?;
        }
        Ok(handle)
    }

    /// Runs the pipeline on the current thread, inside the caller's tokio
    /// runtime: one worker, no threads but those that backends ask for.
    ///
    /// For tests: under a paused clock the whole run is deterministic. Blocked
    /// and starved times of edges stay zero, since the runtime is not ours,
    /// and the number of workers in the options means nothing.
    ///
    /// # Cancellation
    ///
    /// As [`run`](Self::run).
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Panics
    ///
    /// Panics outside of a tokio runtime with the timer enabled, and with the
    /// I/O driver if the options ask for Ctrl-C.
    pub async fn run_local(self, options: RunOptions) -> Result<RunReport, RunError> {
        let (state, parts) = self.checked(NonZeroUsize::MIN)?;
        let jobs = worker::jobs(&state, parts);
        let thread = OnThread::new(state.graph.name.clone());
        let _abort = AbortOnDrop(Arc::clone(&state));
        let nodes = LocalSet::new();
        let work = nodes.run_until(async {
            for job in jobs {
                worker::work(job, &state, &thread).await;
            }
        });
        // The nodes come before the supervisor, and may be done by then.
        state.started();
        join(work, supervise(&state, &options, || {})).await;
        // The nodes of an aborted run go with it, and are counted then.
        drop(nodes);
        conclude(&state)
    }

    /// Checks the graph, and makes the state of a run on so many workers.
    fn checked(self, workers: NonZeroUsize) -> Result<(Arc<RunState>, Parts), BuildErrors> {
        let mut parts = self.builder().take()?;
        let graph = std::mem::take(&mut parts.graph);
        let plan = plan(&graph, workers);
        Ok((RunState::new(graph, plan), parts))
    }
}

type Outcome = Result<RunReport, RunError>;

/// Starts the thread that watches over a run, and waits until it does.
fn spawn_supervisor(
    state: &Arc<RunState>,
    options: RunOptions,
) -> io::Result<oneshot::Receiver<Outcome>> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (tell, outcome) = oneshot::channel();
    let (listening, listens) = mpsc::channel();
    let state = Arc::clone(state);
    let name = format!("{}-run", state.graph.name);
    spawn_contained(&name, move || {
        let listening = || listening.send(()).unwrap_or_default();
        runtime.block_on(supervise(&state, &options, listening));
        // Nobody takes it if the handle was dropped, which is no fault.
        drop(tell.send(conclude(&state)));
    })?;
    // An error means that it has panicked already, which `join` will tell.
    listens.recv().unwrap_or_default();
    Ok(outcome)
}

impl RunHandle {
    /// Tells the sources to end, and lets the rest work off what is under way.
    ///
    /// Returns at once. A source is dropped where it stands, with what its
    /// operators hold, unless it was made to end by itself (`node_until`).
    /// Whatever has not ended at the stop deadline is aborted.
    pub fn stop(&self) {
        self.state.advance(Phase::Draining);
    }

    /// Drops whatever still runs. Returns at once.
    pub fn abort(&self) {
        self.state.advance(Phase::Aborting);
    }

    /// What has been done so far; counts lag by at most a chunk per edge end.
    pub fn snapshot(&self) -> RunReport {
        self.state.report(Ending::Running, Vec::new())
    }

    /// Waits for the end of the run.
    ///
    /// # Cancellation
    ///
    /// Dropping the future aborts the run.
    ///
    /// # Errors
    ///
    /// [`RunError::Failed`] when a node failed.
    pub async fn join(mut self) -> Result<RunReport, RunError> {
        let told = (&mut self.outcome).await;
        told.unwrap_or(Err(RunError::Unsupervised))
    }
}

impl Drop for RunHandle {
    fn drop(&mut self) {
        self.state.advance(Phase::Aborting);
    }
}

impl fmt::Debug for RunHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunHandle")
            .field("pipeline", &self.state.graph.name)
            .field("phase", &self.state.phase())
            .finish_non_exhaustive()
    }
}

/// Aborts a run whose future is dropped, for the threads of its backends.
struct AbortOnDrop(Arc<RunState>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.advance(Phase::Aborting);
    }
}
