//! Operators that gather items into groups.
//!
//! | method | a group is complete | feature |
//! | --- | --- | --- |
//! | [`batch`](crate::Flow::batch) | at a count, or after a wait | `time` |
//! | [`batch_by_key`](crate::Flow::batch_by_key) | at a count, or after a wait, for each key | `time` |
//! | [`batch_weighted`](crate::Flow::batch_weighted) | at a count, at a sum of costs, or after a wait | `time` |
//! | [`chunks`](crate::Flow::chunks) | at a count | |
//! | [`chunks_by`](crate::Flow::chunks_by) | when the key changes | |
//! | [`chunks_weighted`](crate::Flow::chunks_weighted) | at a sum of costs | |
//! | [`ready_chunks`](crate::Flow::ready_chunks) | at a count, or when nothing more is ready | |
//! | [`sliding`](crate::Flow::sliding) | at a count; groups may overlap | |
//! | [`split_when`](crate::Flow::split_when) | before a boundary; groups are flows | `time` |
//! | [`window_until`](crate::Flow::window_until) | after a boundary; groups are flows | `time` |
//!
//! Use `batch` where items arrive at their own pace and none may wait too
//! long, and `ready_chunks` where none may wait at all; use `chunks` where
//! every group but the last must be full, and `chunks_weighted` where items
//! differ in size. `batch_weighted` bounds a group in all three ways, and
//! `batch_by_key` keeps apart what does not belong together. A group of
//! `split_when` or `window_until` may be longer than fits in memory.

#[cfg(feature = "time")]
mod batch;
#[cfg(feature = "time")]
mod batch_by_key;
#[cfg(feature = "time")]
mod batch_weighted;
mod chunks;
mod chunks_by;
mod chunks_weighted;
#[cfg(feature = "time")]
mod gathering;
mod ready_chunks;
#[cfg(feature = "time")]
mod shared_input;
mod sliding;
#[cfg(feature = "time")]
mod split_when;
#[cfg(feature = "time")]
mod splits;
#[cfg(feature = "time")]
mod substream;
#[cfg(feature = "time")]
mod window_until;

#[cfg(feature = "time")]
pub use batch::Batch;
#[cfg(feature = "time")]
pub use batch_by_key::BatchByKey;
#[cfg(feature = "time")]
pub use batch_weighted::BatchWeighted;
pub use chunks::Chunks;
pub use chunks_by::ChunksBy;
pub use chunks_weighted::ChunksWeighted;
pub use ready_chunks::ReadyChunks;
pub use sliding::{ShortWindow, Sliding};
#[cfg(feature = "time")]
pub use split_when::SplitWhen;
#[cfg(feature = "time")]
pub use substream::Substream;
#[cfg(feature = "time")]
pub use window_until::WindowUntil;
