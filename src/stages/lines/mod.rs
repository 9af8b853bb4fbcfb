//! Lines as they come out of files and go into them.

mod bad_line;
mod chunks;
mod format;
mod output;
mod read;
mod splitter;

use std::num::NonZeroUsize;

pub use bad_line::{BadLine, LineFault};
pub use format::LineFormat;
pub use output::WriteError;
pub use read::ReadError;
pub use splitter::InvalidUtf8;

pub(super) use chunks::Input;
use format::push_line;
pub(super) use output::Output;
pub(super) use read::Lines;

/// How many bytes a line has at most, unless a stage is told otherwise.
pub(super) const MAX_LINE_BYTES: NonZeroUsize = NonZeroUsize::MIN.saturating_add((1 << 20) - 1);
