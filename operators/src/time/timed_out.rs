use std::error::Error;
use std::fmt;
use std::time::Duration;

/// What did not happen in time. The last item of a stream with a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimedOut {
    /// No item came for this long. See [`timeout_idle`](crate::Flow::timeout_idle).
    Idle(Duration),
    /// No first item came for this long. See [`timeout_first`](crate::Flow::timeout_first).
    First(Duration),
    /// The end did not come for this long. See [`timeout_total`](crate::Flow::timeout_total).
    Total(Duration),
    /// No item was asked for for this long. See
    /// [`timeout_backpressure`](crate::Flow::timeout_backpressure).
    Backpressure(Duration),
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle(limit) => write!(f, "no item came within {limit:?}"),
            Self::First(limit) => write!(f, "no first item came within {limit:?}"),
            Self::Total(limit) => write!(f, "the end did not come within {limit:?}"),
            Self::Backpressure(limit) => write!(f, "no item was asked for within {limit:?}"),
        }
    }
}

impl Error for TimedOut {}
