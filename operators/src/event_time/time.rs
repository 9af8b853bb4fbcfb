use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// When an item happened, as it says itself, and not when it came.
///
/// Counted in milliseconds since the Unix epoch, 1970-01-01 00:00 UTC; times
/// before it are negative.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use millpond_operators::event_time::EventTime;
///
/// let noon = EventTime::from_millis(12 * 3_600_000);
/// let later = noon.saturating_add(Duration::from_secs(2));
///
/// assert_eq!(later.as_millis(), 43_202_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[must_use = "a time does nothing by itself"]
pub struct EventTime(i64);

impl EventTime {
    /// The earliest time.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest time.
    pub const MAX: Self = Self(i64::MAX);

    /// Makes a time of milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Gives the milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Gives the time that is later by `duration`, or [`MAX`](Self::MAX).
    ///
    /// Parts of a millisecond count as a whole one.
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(whole_millis(duration)))
    }

    /// Gives the time that is earlier by `duration`, or [`MIN`](Self::MIN).
    ///
    /// Parts of a millisecond count as a whole one.
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(whole_millis(duration)))
    }
}

/// Rounds down to a millisecond.
impl From<SystemTime> for EventTime {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            Err(before) => Self(0).saturating_sub(before.duration()),
        }
    }
}

fn whole_millis(duration: Duration) -> i64 {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    i64::try_from(millis).unwrap_or(i64::MAX)
}
