use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

/// How a pipeline is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    pub(super) workers: NonZeroUsize,
    pub(super) stop_deadline: Duration,
    pub(super) stop_on_ctrl_c: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            workers: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            stop_deadline: Duration::from_secs(5),
            stop_on_ctrl_c: false,
        }
    }
}

impl RunOptions {
    /// The defaults: at most as many workers as the process may use processors
    /// (its affinity and, on Linux, the quota of its cgroup), five seconds to
    /// drain, signals left alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how many workers the plan may use. It uses fewer where a thread
    /// boundary would not pay.
    #[must_use]
    pub fn workers(mut self, workers: NonZeroUsize) -> Self {
        self.workers = workers;
        self
    }

    /// Sets how long a run that was told to stop, or in which a node failed,
    /// may drain before it is aborted.
    #[must_use]
    pub fn stop_deadline(mut self, deadline: Duration) -> Self {
        self.stop_deadline = deadline;
        self
    }

    /// Makes Ctrl-C stop the run, and a second Ctrl-C abort it.
    ///
    /// From the first run on that asks for it, the process no longer dies of
    /// an interrupt by itself.
    #[must_use]
    pub fn stop_on_ctrl_c(mut self) -> Self {
        self.stop_on_ctrl_c = true;
        self
    }
}
