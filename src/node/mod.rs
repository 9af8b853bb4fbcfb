//! What runs on a worker: an inlet, a composition of operators, and a border
//! that puts what they emit on edges.
//!
//! A node is built on the worker that runs it, from a closure that was sent
//! there, so its state need not be `Send`. What is boxed is the node's whole
//! future: dynamic dispatch is paid per wake, and inside, the
//! operators stay generic.
//!
//! Between replicas that keep the order of their messages run edges of mode
//! [`Ordered`]: `deal.rs` numbers the messages, `turns.rs` and the lifted
//! operators carry the numbers along, `reorder.rs` puts what comes out into
//! their order, and `board.rs` is what these three share.

mod around;
mod board;
mod border;
mod context;
mod deal;
mod drive;
mod news;
mod on_error;
mod ordered;
mod panic;
mod reorder;
mod spec;
mod stop;
mod stopwatch;
mod turns;
mod until_error;
mod workers;

use std::error::Error;
use std::pin::Pin;

pub(crate) use around::Around;
pub(crate) use board::Board;
pub use border::DeadLetter;
pub(crate) use border::{Border, Broadcast, Partition, Single, Split};
pub use context::NodeContext;
pub(crate) use context::{EdgeEnds, EdgeId, LentEdge, LentEdges, View};
pub(crate) use deal::{AsIs, Deal};
pub(crate) use drive::{drive, drive_source};
pub use on_error::OnError;
pub use ordered::{LastPlace, Numbered, Ordered};
pub(crate) use panic::panic_text;
pub(crate) use reorder::Reorder;
pub(crate) use spec::{EdgeSpec, Hooks};
pub use stop::Stopped;
pub(crate) use stop::{Phase, StopToken};
pub(crate) use stopwatch::Stopwatch;
pub use turns::Turn;
pub(crate) use turns::Turns;
pub(crate) use until_error::UntilError;
pub use workers::Workers;

/// What a stage's own code may fail with.
pub type StageError = Box<dyn Error + Send + Sync>;

/// A node in the running: ends when its work is done or has failed.
pub(crate) type NodeFuture = Pin<Box<dyn Future<Output = Result<(), StageError>>>>;

/// Builds a node on the worker that will run it.
pub(crate) type MakeNode =
    Box<dyn FnOnce(&mut NodeContext) -> Result<NodeFuture, StageError> + Send>;
