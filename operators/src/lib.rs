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
//! | [`flat_map_iter`](Flow::flat_map_iter) | [`transform`] | the items of an iterator made of every item | 1 iterator |
//! | [`scan`](Flow::scan) | [`transform`] | what `f` makes of every item and a state, until it makes nothing | its state |
//! | [`stateful_map`](Flow::stateful_map) | [`transform`] | what `f` makes of every item and a state, and of the state at last | its state |
//! | [`pairwise`](Flow::pairwise) | [`transform`] | every two neighbours as a pair | 1 |
//! | [`intersperse`](Flow::intersperse) | [`transform`] | every item, with a separator between each two | 1 |
//! | [`start_with`](Flow::start_with) | [`transform`] | given items, then every item | the given items |
//! | [`default_if_empty`](Flow::default_if_empty) | [`transform`] | every item, or a given one if there is none | the given item |
//! | [`filter`](Flow::filter) | [`filter`] | the items that pass a test | nothing |
//! | [`filter_map`](Flow::filter_map) | [`filter`] | what `f` makes of some items | nothing |
//! | [`take`](Flow::take) | [`filter`] | the first items | nothing |
//! | [`skip`](Flow::skip) | [`filter`] | all items but the first | nothing |
//! | [`take_while`](Flow::take_while) | [`filter`] | the items before the first that fails a test | nothing |
//! | [`take_while_inclusive`](Flow::take_while_inclusive) | [`filter`] | the items up to and with the first that fails a test | nothing |
//! | [`skip_while`](Flow::skip_while) | [`filter`] | the items from the first that fails a test on | nothing |
//! | [`map_while`](Flow::map_while) | [`filter`] | what `f` makes of the items, until it makes nothing | nothing |
//! | [`skip_last`](Flow::skip_last) | [`filter`] | all items but the last | `max_items` |
//! | [`take_last`](Flow::take_last) | [`filter`] | the last items | `max_items` |
//! | [`dedup_by_key`](Flow::dedup_by_key) | [`filter`] | the items whose key differs from that of the item before | 1 key |
//! | [`dedup`](Flow::dedup) | [`filter`] | the items that differ from the item before | 1 |
//! | [`chunks`](Flow::chunks) | [`window`] | vectors of a given length | `max_items - 1` |
//! | [`chunks_weighted`](Flow::chunks_weighted) | [`window`] | vectors bounded by the sum of costs | items that cost less than `max_weight`, or 1 |
//! | [`chunks_by`](Flow::chunks_by) | [`window`] | vectors of neighbours with one key | all with one key |
//! | [`ready_chunks`](Flow::ready_chunks) | [`window`] | vectors of what is ready | nothing |
//! | [`sliding`](Flow::sliding) | [`window`] | windows of a given length, at a given distance | `size - 1` |
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
//! | [`first`](Flow::first) | [`consume`] | the first item | nothing |
//! | [`last`](Flow::last) | [`consume`] | the last item | 1 |
//! | [`element_at`](Flow::element_at) | [`consume`] | the item with an index | nothing |
//! | [`single`](Flow::single) | [`consume`] | the only item, or an error | 1 |
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
