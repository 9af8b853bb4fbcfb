//! Stream operators that keep their work going while the output is blocked.
//!
//! [`flow`](flow()) wraps any [`Stream`](futures_core::Stream) into a
//! [`Flow`], and every operator is a method of `Flow`: there is no trait to
//! import, and no name clashes with `futures::StreamExt`.
//!
//! ```
//! use std::time::Duration;
//!
//! use futures::stream;
//! use millpond_operators::flow;
//!
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let doubled: Vec<u32> = flow(stream::iter(1..=5))
//!     .filter(|n| n % 2 == 1)
//!     .map_batched(2, Duration::from_millis(5), 4, async |batch| {
//!         batch.into_iter().map(|n| n * 2).collect()
//!     })
//!     .collect()
//!     .await;
//!
//! assert_eq!(doubled, [2, 6, 10]);
//! # }
//! ```
//!
//! # The operators
//!
//! | operator | group | gives | holds at most |
//! | --- | --- | --- | --- |
//! | [`map`](Flow::map) | [`transform`] | `f` of every item | nothing |
//! | [`inspect`](Flow::inspect) | [`transform`] | every item, seen by `f` | nothing |
//! | [`enumerate`](Flow::enumerate) | [`transform`] | every item with its index | nothing |
//! | [`filter`](Flow::filter) | [`filter`] | the items that pass a test | nothing |
//! | [`filter_map`](Flow::filter_map) | [`filter`] | what `f` makes of some items | nothing |
//! | [`take`](Flow::take) | [`filter`] | the first items | nothing |
//! | [`chunks`](Flow::chunks) | [`window`] | vectors of a given length | `max_items - 1` |
//! | [`batch`](Flow::batch) | [`window`] | vectors bounded by count and wait | `max_items` |
//! | [`merge`](Flow::merge) | [`combine`] | the items of two streams | nothing |
//! | [`merge()`] | [`combine`] | the items of many streams | nothing |
//! | [`map_async`](Flow::map_async) | [`concurrent`] | results of futures, in order | `max_in_flight` |
//! | [`map_async_unordered`](Flow::map_async_unordered) | [`concurrent`] | results of futures, as they come | `max_in_flight` |
//! | [`map_batched`](Flow::map_batched) | [`concurrent`] | results of calls over batches, in order | `max_items * (max_in_flight + 2) - 1` |
//! | [`for_each`](Flow::for_each) | [`consume`] | each item to a closure | nothing |
//! | [`for_each_async`](Flow::for_each_async) | [`consume`] | each item to a future | 1 |
//! | [`collect`](Flow::collect) | [`consume`] | a collection of all items | all |
//! | [`fold`](Flow::fold) | [`consume`] | a state made of all items | its state |
//! | [`next`](Flow::next) | [`consume`] | the next item | nothing |
//!
//! # The default contract
//!
//! Every operator keeps these rules. A method's own page tells only where it
//! differs, and the bounds that it adds.
//!
//! - *Lazy.* Building it polls, spawns and opens nothing.
//! - *Pull-driven.* It takes an item only when polled, and holds at most what
//!   its row above says.
//! - *Awake.* When it returns `Pending`, the waker of that poll is woken when it
//!   can move on; the wakers of earlier polls may be forgotten. It wakes itself
//!   only when there is something to do.
//! - *Progress.* [`Progress::poll_progress`] drives what it holds and forwards
//!   to its input. When it is pending without having found its input pending in
//!   the same call, it has driven the input's progress.
//! - *Yielding.* One poll takes at most 128 items and finishes at most 128
//!   futures; where more is ready, it wakes the task and returns `Pending`.
//! - *Order.* It keeps the order of the items.
//! - *Ending.* It ends when its input ends and everything held has been
//!   emitted, and it stays ended. A foreign stream is never polled again after
//!   its end.
//! - *Dropping.* Dropping it drops its input and all that it holds. Dropping
//!   the future of [`next`](Flow::next) loses nothing.
//! - *Errors.* It adds none: a `Result` is an item like any other.
//! - *Panics.* A panic in a closure or future passes through the poll. Nothing
//!   is emitted twice or made up afterwards: operators of the [`concurrent`]
//!   group have ended, the others go on with the next item. A count of zero
//!   that could never emit panics at the call site.
//! - *Size.* [`size_hint`](futures_core::Stream::size_hint) brackets the number
//!   of items still to come.
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `time` | yes | `batch`, `map_batched`; needs tokio's timer |
//! | `testing` | no | `testing`: the contract above as laws, to check your own operators with |

mod budget;
pub mod combine;
pub mod concurrent;
pub mod consume;
pub mod filter;
mod flow;
mod foreign;
mod progress;
#[cfg(feature = "testing")]
pub mod testing;
pub mod transform;
pub mod window;

pub use combine::merge;
pub use flow::Flow;
pub use foreign::{AlreadyAFlow, AnyStream, Foreign, WithoutProgress, flow};
pub use progress::Progress;

/// The examples of the readme, as tests.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
pub enum Readme {}
