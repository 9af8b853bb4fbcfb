//! What runs on a worker: an inlet, a composition of operators, and a border
//! that puts what they emit on edges.
//!
//! A node is built on the worker that runs it, from a closure that was sent
//! there, so its state need not be `Send`. What is boxed is the node's whole
//! future: dynamic dispatch is paid per wake, and inside, the
//! operators stay generic.

mod border;
mod context;
mod drive;
mod on_error;
mod panic;
mod stop;
mod until_error;
mod workers;

use std::error::Error;
use std::pin::Pin;

pub use border::DeadLetter;
pub(crate) use border::{Border, Broadcast, Partition, Single, Split};
pub use context::NodeContext;
pub(crate) use context::{EdgeEnds, EdgeId, LentEdge, LentEdges, View};
pub(crate) use drive::{drive, drive_source};
pub use on_error::{OnError, UnknownOnError};
pub(crate) use panic::panic_text;
pub use stop::Stopped;
pub(crate) use stop::{Phase, StopToken};
pub(crate) use until_error::UntilError;
pub use workers::Workers;

/// What a stage's own code may fail with.
pub type StageError = Box<dyn Error + Send + Sync>;

/// A node in the running: ends when its work is done or has failed.
pub(crate) type NodeFuture = Pin<Box<dyn Future<Output = Result<(), StageError>>>>;

/// Builds a node on the worker that will run it.
pub(crate) type MakeNode =
    Box<dyn FnOnce(&mut NodeContext) -> Result<NodeFuture, StageError> + Send>;
