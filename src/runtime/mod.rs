//! Starts pipelines, watches them and ends them: the only place that makes
//! threads and tasks.
//!
//! A run has workers (threads with a current-thread runtime, on which the
//! plan placed the nodes) and a supervisor (one more thread, asleep unless
//! something ends). Stopping goes one way: *running*, *draining* (sources
//! end, edges empty), *aborting* (what still runs is dropped). A node that
//! fails, by an error or a panic, starts the draining of its whole run.

mod bottleneck;
mod contain;
mod control;
mod error;
mod explain;
mod guard;
mod handle;
mod options;
mod report;
mod state;
mod supervise;
mod threads;
mod worker;

pub use bottleneck::{Bottleneck, LossyEdge, Remedy, SlowNode};
pub use control::RunControl;
pub use error::{Cause, NodeFailure, RunError, RunFailure};
pub use handle::RunHandle;
pub use options::RunOptions;
pub use report::{EdgeReport, Ending, LeftBehind, NodeEnding, NodeReport, RunReport};
