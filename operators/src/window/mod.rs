//! Operators that gather items into groups.
//!
//! | method | a group is complete | feature |
//! | --- | --- | --- |
//! | [`batch`](crate::Flow::batch) | at a count, or after a wait | `time` |
//! | [`chunks`](crate::Flow::chunks) | at a count | |
//!
//! Use `batch` where items arrive at their own pace and none may wait too
//! long; use `chunks` where every group but the last must be full.

#[cfg(feature = "time")]
mod batch;
mod chunks;

#[cfg(feature = "time")]
pub use batch::Batch;
pub use chunks::Chunks;
