use std::fmt;
use std::sync::Arc;

use futures_util::future::join;
use tokio::sync::oneshot;

use super::error::RunError;
use super::options::RunOptions;
use super::report::{Ending, RunReport};
use super::state::RunState;
use super::supervise::{conclude, supervise};
use super::threads::{OnThread, Threads};
use super::worker;
use crate::edge::EdgeCounters;
use crate::graph::{BuildErrors, Parts};
use crate::node::{EdgeId, Phase};
use crate::pipeline::{Pipeline, plan};

/// A started pipeline.
///
/// Dropping it aborts the run; [`join`](Self::join) sees it to its end.
pub struct RunHandle {
    state: Arc<RunState>,
    outcome: oneshot::Receiver<Result<RunReport, RunError>>,
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
    pub fn run_with(
        self,
        options: RunOptions,
    ) -> impl Future<Output = Result<RunReport, RunError>> + Send {
        let started = self.start_with(options);
        async move { started?.join().await }
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
    /// [`RunError::Refused`] with everything that is wrong with the graph, or
    /// [`RunError::NoThread`]; nothing runs then.
    pub fn start_with(self, options: RunOptions) -> Result<RunHandle, RunError> {
        let (state, parts) = self.checked()?;
        let plan = plan(&state.graph, options.workers);
        let jobs = worker::jobs(&state, &plan, parts.node_makers, &parts.edge_makers);
        tracing::debug!(pipeline = %state.graph.name, workers = plan.workers, "run starts");
        for (index, job) in jobs.into_iter().enumerate() {
            let name = format!("{}-{index}", state.graph.name);
            let worker_state = Arc::clone(&state);
            let spawned = state
                .threads
                .spawn(name, move |thread| worker::run(job, &worker_state, &thread));
            if let Err(error) = spawned {
                state.advance(Phase::Aborting);
                return Err(RunError::NoThread(error));
            }
        }
        let (tell, outcome) = oneshot::channel();
        let watched = Arc::clone(&state);
        // A thread list of its own: a supervisor does not wait for itself.
        Arc::new(Threads::new(Arc::default()))
            .spawn(format!("{}-run", state.graph.name), move |_| {
                supervisor(&watched, &options, tell);
            })
            .map_err(|error| {
                state.advance(Phase::Aborting);
                RunError::NoThread(error)
            })?;
        Ok(RunHandle { state, outcome })
    }

    /// Runs the pipeline on the current thread, inside the caller's tokio
    /// runtime: one worker, no threads but those that backends ask for.
    ///
    /// For tests: under a paused clock the whole run is deterministic. Blocked
    /// and starved times of edges stay zero, since the runtime is not ours.
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
    /// Panics outside of a tokio runtime with the timer enabled.
    pub async fn run_local(self, options: RunOptions) -> Result<RunReport, RunError> {
        let (state, parts) = self.checked()?;
        let plan = plan(&state.graph, std::num::NonZeroUsize::MIN);
        let jobs = worker::jobs(&state, &plan, parts.node_makers, &parts.edge_makers);
        let thread = OnThread::new(state.graph.name.clone());
        let _abort = AbortOnDrop(Arc::clone(&state));
        let work = async {
            for job in jobs {
                worker::work(job, &state, &thread).await;
            }
        };
        join(work, supervise(&state, &options)).await;
        conclude(&state)
    }

    /// Checks the graph, and makes the state of a run of it.
    fn checked(self) -> Result<(Arc<RunState>, Parts), BuildErrors> {
        let mut parts = self.builder().take()?;
        let graph = std::mem::take(&mut parts.graph);
        let counters = (0..graph.edges.len())
            .map(|edge| Arc::new(EdgeCounters::new(graph.capacity(EdgeId(edge)))))
            .collect();
        Ok((RunState::new(graph, counters), parts))
    }
}

fn supervisor(
    state: &Arc<RunState>,
    options: &RunOptions,
    tell: oneshot::Sender<Result<RunReport, RunError>>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => {
            runtime.block_on(supervise(state, options));
            conclude(state)
        }
        Err(error) => {
            state.advance(Phase::Aborting);
            Err(RunError::NoThread(error))
        }
    };
    // Nobody listens if the handle was dropped, which is an abort and no fault.
    drop(tell.send(outcome));
}

impl RunHandle {
    /// Tells the sources to end, and lets the rest work off what is under way.
    ///
    /// Returns at once. Whatever has not ended at the stop deadline is aborted.
    pub fn stop(&self) {
        self.state.advance(Phase::Draining);
    }

    /// Drops whatever still runs. Returns at once.
    pub fn abort(&self) {
        self.state.advance(Phase::Aborting);
    }

    /// What has been done so far; counts lag by at most a chunk per edge end.
    pub fn snapshot(&self) -> RunReport {
        let edges = self.state.edges();
        RunReport {
            pipeline: self.state.graph.name.clone(),
            ending: Ending::Running,
            elapsed: self.state.started.elapsed(),
            nodes: self.state.nodes(&edges),
            edges,
            left_behind: Vec::new(),
        }
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
        match (&mut self.outcome).await {
            Ok(outcome) => outcome,
            Err(_) => unreachable!("the supervisor sends before it ends"),
        }
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
