//! Operators that have several things under way at once.
//!
//! | method or function | emits | feature |
//! | --- | --- | --- |
//! | [`map_async`](crate::Flow::map_async) | results in the order of the items | |
//! | [`map_async_unordered`](crate::Flow::map_async_unordered) | results as they come | |
//! | [`map_batched`](crate::Flow::map_batched) | results of calls that take many items at once, in order | `time` |
//! | [`map_async_keyed`](crate::Flow::map_async_keyed) | results as they come, in order per key | |
//! | [`map_spawn`](crate::Flow::map_spawn) | results of tasks of their own, in order | `tasks` |
//! | [`map_blocking`](crate::Flow::map_blocking) | results of calls on threads that may block, in order | `tasks` |
//! | [`map_service`](crate::Flow::map_service) | responses of a `tower` service, in order | `tower` |
//! | [`race`](crate::Flow::race) | the items of whichever of two streams has one first | |
//! | [`race`](fn@race) | the items of whichever stream has one first | |
//! | [`detach`](crate::Flow::detach) | every item, from a task of its own | `tasks` |
//!
//! All that hold futures keep them going while the output is blocked, and all
//! count a future as in flight until its result has been emitted: memory and
//! concurrency have the same bound. Use `map_async_unordered` where order is
//! of no interest and durations differ much, since there a slow future holds
//! up no other; `map_async_keyed` where order matters within a key only.
//!
//! Futures that wait belong in `map_async`, on the task of the consumer.
//! Futures that compute between their waits belong in `map_spawn`, and calls
//! that block their thread in `map_blocking`. `detach` moves all that is
//! before it to a task of its own.

#[cfg(feature = "tasks")]
mod detach;
mod engine;
mod keyed;
mod map_async;
mod map_async_keyed;
mod map_async_unordered;
#[cfg(feature = "time")]
mod map_batched;
#[cfg(feature = "tasks")]
mod map_blocking;
#[cfg(feature = "tower")]
mod map_service;
#[cfg(feature = "tasks")]
mod map_spawn;
mod queue;
mod race;
mod race_all;
pub(crate) mod running;
#[cfg(feature = "tasks")]
mod task;
mod wakes;

#[cfg(feature = "tasks")]
pub use detach::Detach;
pub use map_async::MapAsync;
pub use map_async_keyed::MapAsyncKeyed;
pub use map_async_unordered::MapAsyncUnordered;
#[cfg(feature = "time")]
pub use map_batched::MapBatched;
#[cfg(feature = "tasks")]
pub use map_blocking::MapBlocking;
#[cfg(feature = "tower")]
pub use map_service::MapService;
#[cfg(feature = "tasks")]
pub use map_spawn::MapSpawn;
pub use race::Race;
pub use race_all::{RaceAll, race};
