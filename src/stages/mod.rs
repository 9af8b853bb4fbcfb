//! The stages that come with millpond, one per file.
//!
//! | stage | takes | gives |
//! | --- | --- | --- |
//! | [`FromIter`] | | the items of an iterator |
//! | [`Queue`] | | what a [`QueueSender`] is given |
//! | [`WalkFiles`] | | the files under some folders |
//! | [`Monitor`] | anything | the same, and a line of progress |
//! | [`ToFile`] | what serialises | a line of JSON each, in a file |
//!
//! (What a stage is, and how to write one, is in [`stage`](crate::stage).)

mod from_iter;
mod monitor;
mod queue;
mod to_file;
mod walk_files;

pub use from_iter::FromIter;
pub use monitor::Monitor;
pub use queue::{Queue, QueueClosed, QueueSender};
pub use to_file::{ToFile, WriteError};
pub use walk_files::{WalkError, WalkFiles};
