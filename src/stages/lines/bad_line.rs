use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

/// A line that is no message, and where it stands.
///
/// Its text names the place as compilers do: `a.jsonl:5: the line is …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}:{line}: {fault}")]
pub struct BadLine {
    /// The file, or `standard input`.
    pub place: Arc<str>,
    /// Which line it is, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub fault: LineFault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineFault {
    /// It has more bytes than were allowed.
    TooLong {
        /// How many bytes it has.
        bytes: u64,
        /// How many were allowed.
        most: NonZeroUsize,
    },
    /// It is not UTF-8.
    NotUtf8 {
        /// How many of its bytes are, before the first that is not.
        valid: usize,
    },
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes, most } => write!(
                f,
                "the line is {bytes} bytes long, more than {most}: raise `max-line-bytes`"
            ),
            Self::NotUtf8 { valid } => write!(
                f,
                "the line is not UTF-8 from byte {} on: \
                 convert it, or set `invalid-utf8` to `replace`",
                valid + 1
            ),
        }
    }
}
