use std::fmt;
use std::sync::Arc;

use super::handle::RunHandle;
use super::report::{Ending, RunReport};
use super::state::RunState;
use crate::node::Phase;

/// A second hold on a run, for whoever watches it while its
/// [`RunHandle`] waits for the end.
///
/// Dropping it does nothing, and after the end of the run it does nothing more
/// than tell how the run went.
#[derive(Clone)]
pub struct RunControl {
    state: Arc<RunState>,
}

impl RunHandle {
    /// Makes another hold on the run.
    pub fn control(&self) -> RunControl {
        RunControl {
            state: Arc::clone(&self.state),
        }
    }
}

impl RunControl {
    /// Tells the run to stop, as [`RunHandle::stop`] does.
    pub fn stop(&self) {
        self.state.advance(Phase::Draining);
    }

    /// Tells the run to end at once, as [`RunHandle::abort`] does.
    pub fn abort(&self) {
        self.state.advance(Phase::Aborting);
    }

    /// What has been done so far, as [`RunHandle::snapshot`] tells it.
    pub fn snapshot(&self) -> RunReport {
        self.state.report(Ending::Running, Vec::new())
    }
}

impl fmt::Debug for RunControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunControl")
            .field("pipeline", &self.state.graph.name)
            .field("phase", &self.state.phase())
            .finish_non_exhaustive()
    }
}
