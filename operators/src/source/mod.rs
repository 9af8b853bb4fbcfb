//! Flows that begin here.
//!
//! | function | gives |
//! | --- | --- |
//! | [`lazy`](fn@lazy) | the items of a flow that is made at the first poll |
//! | [`poll_fn`](fn@poll_fn) | what a closure gives at each poll |
//! | [`queue`](fn@queue) | what is offered to a bounded queue |
//! | [`unfold`](fn@unfold) | what futures make of a state, one after the other |
//! | [`unfold_resource`](fn@unfold_resource) | what is read from a resource, closed once |
//!
//! Most flows begin with [`flow`](crate::flow()), which takes any stream,
//! collection or iterator, and with the feature `tokio-stream` also receivers,
//! listeners and readers of tokio.

mod lazy;
mod poll_fn;
mod queue;
mod unfold;
mod unfold_resource;

pub use lazy::{Lazy, lazy};
pub use poll_fn::{PollFn, poll_fn};
pub use queue::{Offered, Offers, Queue, queue};
pub use unfold::{Unfold, unfold};
pub use unfold_resource::{UnfoldResource, unfold_resource};
