use std::fmt;

/// A message that a stage could make nothing of, and why.
///
/// The error in the dead letters of a stage that was lent the message: it
/// reads as that error, and the message is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected<T, E> {
    /// The message.
    pub message: T,
    /// What is wrong with it.
    pub error: E,
}

impl<T, E: fmt::Display> fmt::Display for Rejected<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T, E> std::error::Error for Rejected<T, E>
where
    T: fmt::Debug,
    E: std::error::Error,
{
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}
