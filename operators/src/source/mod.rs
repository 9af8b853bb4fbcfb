//! Flows that begin here.
//!
//! | function | gives |
//! | --- | --- |
//! | [`interval`](fn@interval) | ticks at a given distance (feature `time`) |
//! | [`lazy`](fn@lazy) | the items of a flow that is made at the first poll |
//! | [`poll_fn`](fn@poll_fn) | what a closure gives at each poll |
//! | [`queue`](fn@queue) | what is offered to a bounded queue |
//! | [`timer`](fn@timer) | one item after a wait (feature `time`) |
//! | [`unfold`](fn@unfold) | what futures make of a state, one after the other |
//! | [`unfold_resource`](fn@unfold_resource) | what is read from a resource, closed once |
//!
//! Most flows begin with [`flow`](crate::flow()), which takes any stream,
//! collection or iterator, and with the feature `tokio-stream` also receivers,
//! listeners and readers of tokio. The time of an `interval` or a `timer` counts
//! from its first poll.

#[cfg(feature = "time")]
mod interval;
mod lazy;
mod poll_fn;
mod queue;
#[cfg(feature = "time")]
mod timer;
mod unfold;
mod unfold_resource;

#[cfg(feature = "time")]
pub use interval::{Interval, MissedTick, interval};
pub use lazy::{Lazy, lazy};
pub use poll_fn::{PollFn, poll_fn};
pub use queue::{Offered, Offers, Queue, queue};
#[cfg(feature = "time")]
pub use timer::{Timer, timer};
pub use unfold::{Unfold, unfold};
pub use unfold_resource::{UnfoldResource, unfold_resource};
