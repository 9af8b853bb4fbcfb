//! The operators of the `concurrent` group.

#[cfg(feature = "tasks")]
mod detach;
mod map_async;
mod map_async_keyed;
mod map_async_unordered;
mod map_batched;
#[cfg(feature = "tasks")]
mod map_blocking;
#[cfg(feature = "tower")]
mod map_service;
#[cfg(feature = "tasks")]
mod map_spawn;
mod race;
