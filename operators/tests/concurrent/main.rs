//! The operators of the `concurrent` group.

mod map_async;
mod map_async_unordered;
mod map_batched;
