//! Why a text is refused.

use thiserror::Error;

/// A PTX text that cannot be run, with the line at fault.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("PTX line {line}: {reason}")]
#[non_exhaustive]
pub struct PtxError {
    /// The line, from 1.
    pub line: u32,
    /// What was found there, and what would have been understood.
    pub reason: String,
}

impl PtxError {
    pub(crate) fn new(line: u32, reason: impl Into<String>) -> Self {
        Self {
            line,
            reason: reason.into(),
        }
    }
}
