use std::time::Duration;

use tokio::time::Instant;

/// How many tokens come in which time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use millpond_operators::time::Rate;
///
/// assert_eq!(Rate::per_second(100), Rate::new(100, Duration::from_secs(1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a rate does nothing by itself"]
pub struct Rate {
    tokens: u32,
    period: Duration,
}

impl Rate {
    /// Gives `tokens` a second.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `tokens` is zero.
    #[track_caller]
    pub fn per_second(tokens: u32) -> Self {
        Self::new(tokens, Duration::from_secs(1))
    }

    /// Gives `tokens` in every `period`, evenly.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `tokens` or `period` is zero.
    #[track_caller]
    pub fn new(tokens: u32, period: Duration) -> Self {
        assert!(
            tokens > 0,
            "at a `Rate` of 0 tokens nothing would ever leave; give at least 1"
        );
        assert!(
            !period.is_zero(),
            "a `Rate` with a period of zero is no limit; give a longer one"
        );
        Self { tokens, period }
    }
}

/// What the timer may be late by; see [`Bucket::take`].
const TICK: Duration = Duration::from_millis(1);

/// A token bucket, which is full at first.
///
/// It counts in parts, of which every nanosecond brings `per_nano` and a token
/// takes `per_token`, so that nothing is ever rounded.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    per_nano: i128,
    per_token: i128,
    burst: i128,
    // Below zero after an item that costs more than the bucket holds.
    parts: i128,
    // Up to when they are counted.
    at: Option<Instant>,
}

impl Bucket {
    pub(super) fn new(rate: Rate, burst: usize) -> Self {
        let per_token = parts(rate.period.as_nanos());
        let burst = parts(burst as u128).saturating_mul(per_token);
        Self {
            per_nano: rate.tokens.into(),
            per_token,
            burst,
            parts: burst,
            at: None,
        }
    }

    /// Takes the tokens for an item, or says when to try again, if ever.
    ///
    /// `waited` says that this is a later try. The timer on which it waited may
    /// have been late; what came in that time is then kept although the bucket
    /// is full, since otherwise no rate above one token in a tick of the timer
    /// would be reached.
    pub(super) fn take(&mut self, cost: usize, waited: bool) -> Result<(), Option<Instant>> {
        let now = Instant::now();
        let past = self.at.map_or(Duration::ZERO, |at| now.duration_since(at));
        self.at = Some(now);
        let mut full = self.burst;
        if waited {
            full = full.saturating_add(self.gained_in(TICK));
        }
        // Never less than before: what was kept above is not lost here.
        let more = self.parts.saturating_add(self.gained_in(past));
        self.parts = more.min(full.max(self.parts));

        let cost = parts(cost as u128).saturating_mul(self.per_token);
        let missing = cost.min(self.burst).saturating_sub(self.parts);
        if missing <= 0 {
            self.parts -= cost;
            return Ok(());
        }
        // Rounded up: after one nanosecond less, a part would be missing.
        let nanos = missing.saturating_add(self.per_nano - 1) / self.per_nano;
        let wait = u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos);
        Err(now.checked_add(wait))
    }

    fn gained_in(&self, time: Duration) -> i128 {
        parts(time.as_nanos()).saturating_mul(self.per_nano)
    }
}

/// The same number, or half the greatest: sums of two stay in bounds.
fn parts(number: u128) -> i128 {
    i128::try_from(number).map_or(i128::MAX / 2, |number| number.min(i128::MAX / 2))
}
