//! What the code calls that the macros write.

pub mod check;
mod each_or_error;
mod fallible;
mod without_options;

pub use super::config::duration::optional as optional_duration;
pub use each_or_error::{EachOrError, each_or_error};
pub use fallible::Fallible;
pub use without_options::{NoOptions, schema_without_options};
