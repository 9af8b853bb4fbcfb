use std::num::NonZeroUsize;
use std::time::Duration;

/// How much an edge may hold.
///
/// An integer converts to a fixed number of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// This many messages.
    Fixed(usize),
    /// Messages whose weights add up to this much.
    ///
    /// The next message is admitted while less than that is on the edge, and
    /// is charged for once its weight is known: so the edge holds at most one
    /// message more than fits, and a message that weighs more than the whole
    /// capacity still passes, alone. Unless [`Settings::weigh`] says what a
    /// message weighs, that is the size of its type in bytes.
    ///
    /// [`Settings::weigh`]: super::Settings::weigh
    Weighted(usize),
    /// As many messages as pay for themselves.
    ///
    /// The edge grows while its sender is blocked and its inlet is starved (or
    /// given less than it would take at once) within the same stretch of time,
    /// since that is the loss which a larger buffer wins back. It shrinks by
    /// three quarters of what never leaves the queue.
    Adaptive {
        /// How long a message may be on the edge, on average.
        target: Duration,
        /// The least messages it makes room for.
        min: usize,
        /// The most messages it makes room for.
        max: usize,
    },
}

/// A capacity with which no message could pass an edge, or that says two
/// things at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CapacityError {
    /// There is room for nothing.
    #[error("a capacity of 0 lets no message pass: give it at least 1")]
    Zero,
    /// The bounds of an adaptive capacity are the wrong way round.
    #[error(
        "an adaptive capacity of at least {min} and at most {max} messages cannot be: exchange the bounds"
    )]
    Bounds {
        /// The lower bound.
        min: usize,
        /// The upper bound.
        max: usize,
    },
    /// The time that messages may wait is zero.
    #[error("an adaptive capacity cannot keep to a waiting time of 0: give it at least 1 ms")]
    Target,
}

impl Capacity {
    /// The adaptive capacity for throughput: messages wait for up to 100 ms
    /// where that keeps both ends at work.
    pub const fn adaptive() -> Self {
        Self::Adaptive {
            target: Duration::from_millis(100),
            min: 2,
            max: 4_096,
        }
    }

    /// The adaptive capacity for prompt answers: messages wait for up to 2 ms.
    pub const fn interactive() -> Self {
        Self::Adaptive {
            target: Duration::from_millis(2),
            min: 2,
            max: 4_096,
        }
    }

    /// Says whether an edge can have this capacity.
    ///
    /// # Errors
    ///
    /// [`CapacityError`] if it is zero, or its bounds contradict each other.
    pub fn check(self) -> Result<(), CapacityError> {
        match self {
            Self::Fixed(0) | Self::Weighted(0) | Self::Adaptive { min: 0, .. } => {
                Err(CapacityError::Zero)
            }
            Self::Adaptive { min, max, .. } if min > max => Err(CapacityError::Bounds { min, max }),
            Self::Adaptive {
                target: Duration::ZERO,
                ..
            } => Err(CapacityError::Target),
            Self::Fixed(_) | Self::Weighted(_) | Self::Adaptive { .. } => Ok(()),
        }
    }

    /// What an edge has room for when it begins: messages, or their weight.
    pub fn initial(self) -> usize {
        /// Enough to pay for a wake, little enough to be left within a few
        /// epochs in either direction.
        const ADAPTIVE: usize = 8;
        match self {
            Self::Fixed(size) | Self::Weighted(size) => size,
            // Not `clamp`, which panics where the bounds are exchanged.
            Self::Adaptive { min, max, .. } => ADAPTIVE.min(max).max(min),
        }
    }
}

impl From<usize> for Capacity {
    fn from(messages: usize) -> Self {
        Self::Fixed(messages)
    }
}

impl From<NonZeroUsize> for Capacity {
    fn from(messages: NonZeroUsize) -> Self {
        Self::Fixed(messages.get())
    }
}
