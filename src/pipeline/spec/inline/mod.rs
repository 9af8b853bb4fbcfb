//! A pipeline on one line: `from-file --path a ! parse-json ! to-stdout`.

mod options;
mod parse;
mod print;
mod words;

pub(super) use options::literal;
#[cfg(feature = "cli")]
pub(crate) use parse::SETTINGS;

/// Why a spec cannot be said on one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the spec cannot be said on one line: {reason}")]
pub struct NotInline {
    reason: String,
}

impl NotInline {
    fn because(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
        }
    }
}
