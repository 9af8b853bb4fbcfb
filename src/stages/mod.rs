//! The stages that come with millpond, one per file.
//!
//! | stage | takes | gives |
//! | --- | --- | --- |
//! | [`FromIter`] | | the items of an iterator |
//! | [`Queue`] | | what a [`QueueSender`] is given |
//! | [`FromFile`] | | the lines of a file |
//! | [`FromStdin`] | | the lines of standard input |
//! | [`WalkFiles`] | | the files under some folders |
//! | [`ParseJson`] | lines | JSON |
//! | [`Filter`] | JSON | the same, where a field compares as asked |
//! | [`Select`] | JSON | some of its fields |
//! | [`Batch`] | anything | vectors of it |
//! | [`TensorsFromJson`] | vectors of JSON | batches of tensors, a row for each message |
//! | [`ToDevice`], [`ToHost`] | batches of tensors | the same on a device, and back |
//! | [`Normalise`], [`OneHot`], [`Softmax`], [`SigmoidThreshold`], [`Threshold`], [`MaskedMean`], [`ReconstructionError`], [`RowMax`] | batches on a device | the same with what the [operation](crate::device::ops) gives |
//! | `DenseLayers` | batches on a device | the same with what a network gives (feature `dense`) |
//! | [`ForestMargins`] | batches on a device | the same with the margins that trees give |
//! | [`TensorsToJson`] | batches of tensors | JSON, a message for each row |
//! | [`Monitor`] | anything | the same, and a line of progress |
//! | [`ToFile`] | what serialises | a line each, in a file |
//! | [`ToStdout`] | what serialises | a line each, on standard output |
//!
//! All but the first two are in the registry, so that pipelines from files and
//! command lines are made of them. Their options are the fields of the
//! structs, in kebab-case: `max_items` is `max-items` there.
//!
//! (What a stage is, and how to write one, is in [`stage`](mod@crate::stage).)

mod batch;
mod device;
mod filter;
mod from_file;
mod from_iter;
mod from_stdin;
mod lines;
mod monitor;
mod parse_json;
mod queue;
mod select;
mod to_file;
mod to_stdout;
mod walk_files;

pub use batch::Batch;
#[cfg(feature = "dense")]
pub use device::DenseLayers;
pub use device::{
    ForestMargins, MaskedMean, Normalise, NotRows, NotTensors, OneHot, ReconstructionError, RowMax,
    SigmoidThreshold, Softmax, TensorsFromJson, TensorsToJson, Threshold, ToDevice, ToHost,
};
pub use filter::Filter;
pub use from_file::FromFile;
pub use from_iter::FromIter;
pub use from_stdin::FromStdin;
pub use lines::{BadLine, InvalidUtf8, LineFault, LineFormat, ReadError, WriteError};
pub use monitor::Monitor;
pub use parse_json::{NotJson, ParseJson};
pub use queue::{Queue, QueueClosed, QueueSender};
pub use select::{Missing, MissingField, Select};
pub use to_file::{FileMode, ToFile};
pub use to_stdout::ToStdout;
pub use walk_files::{WalkError, WalkFiles};
