use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use tokio::time::Instant;

use crate::alarm::Alarm;
use crate::{Flow, Progress};

/// What tokio's timer may be late by.
const RESOLUTION: Duration = Duration::from_millis(1);

/// Stream for [`interval()`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Interval {
    period: Duration,
    missed: MissedTick,
    begun: bool,
    // `None` once begun means never: it would pass the end of the clock.
    next: Option<Instant>,
    alarm: Alarm,
}

/// What becomes of the ticks that are overdue when one is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MissedTick {
    /// They come one right after the other, and none is lost.
    #[default]
    Burst,
    /// One comes at once, and the next a period after it.
    Delay,
    /// One comes at once, and the next at the next multiple of the period.
    Skip,
}

/// Emits a tick at once, and then one every `period`.
///
/// The first tick is due at the first poll; with
/// [`initial_delay`](Flow::initial_delay) it comes later. Each tick is the
/// instant for which it was due. A tick that was not taken in time leaves at
/// the next poll, and `missed` says what becomes of those behind it.
///
/// # Completion
///
/// Never ends.
///
/// # Panics
///
/// Panics at the call site if `period` is zero. Needs a tokio runtime with the
/// timer enabled; polling outside of one panics.
///
/// # Units
///
/// `period` is measured on tokio's clock. Ticks are due to the nanosecond, and
/// come at its resolution of one millisecond; after a period past the end of
/// the clock no tick comes.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use millpond_operators::source::{MissedTick, interval};
/// use tokio::time::Instant;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let start = Instant::now();
/// let ticks: Vec<_> = interval(Duration::from_millis(10), MissedTick::Burst)
///     .take(3)
///     .map(|due| due.duration_since(start).as_millis())
///     .collect()
///     .await;
///
/// assert_eq!(ticks, [0, 10, 20]);
/// # }
/// ```
#[track_caller]
pub fn interval(period: Duration, missed: MissedTick) -> Flow<Interval> {
    assert!(
        !period.is_zero(),
        "an `interval` with a period of zero is always due; give a longer one"
    );
    Flow::native(Interval {
        period,
        missed,
        begun: false,
        next: None,
        alarm: Alarm::default(),
    })
}

impl Stream for Interval {
    type Item = Instant;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Instant>> {
        let this = &mut *self;
        if !this.begun {
            this.begun = true;
            this.next = Some(Instant::now());
        }
        ready!(this.alarm.poll_at(this.next, cx));
        let due = this.next;
        this.next = due.and_then(|due| this.missed.next(due, this.period));
        Poll::Ready(due)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, None)
    }
}

impl FusedStream for Interval {
    fn is_terminated(&self) -> bool {
        false
    }
}

impl Progress for Interval {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl MissedTick {
    /// The tick after the one that was due at `due` and leaves now.
    fn next(self, due: Instant, period: Duration) -> Option<Instant> {
        let now = Instant::now();
        let late = now.duration_since(due);
        match self {
            // What the timer is late by in any case must not add up.
            _ if late < RESOLUTION => due.checked_add(period),
            Self::Burst => due.checked_add(period),
            Self::Delay => now.checked_add(period),
            Self::Skip => {
                let begun = late.as_nanos() % period.as_nanos();
                (now - Duration::from_nanos_u128(begun)).checked_add(period)
            }
        }
    }
}
