//! Operators whose closure gives a future, with several of them under way.
//!
//! | method | emits | feature |
//! | --- | --- | --- |
//! | [`map_async`](crate::Flow::map_async) | results in the order of the items | |
//! | [`map_async_unordered`](crate::Flow::map_async_unordered) | results as they come | |
//! | [`map_batched`](crate::Flow::map_batched) | results of calls that take many items at once, in order | `time` |
//!
//! All of them keep their futures going while the output is blocked, and all
//! count a future as in flight until its result has been emitted: memory and
//! concurrency have the same bound. Use `map_async_unordered` where order is
//! of no interest and durations differ much, since there a slow future holds
//! up no other.

mod engine;
mod map_async;
mod map_async_unordered;
#[cfg(feature = "time")]
mod map_batched;
mod queue;

pub use map_async::MapAsync;
pub use map_async_unordered::MapAsyncUnordered;
#[cfg(feature = "time")]
pub use map_batched::MapBatched;
