use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;

/// A node that has used this much time lets the others on its worker go on.
pub(super) const SLICE: Duration = Duration::from_micros(250);

/// Of polls that keep within their slice, one in so many is timed.
///
/// Two readings of the clock cost as much as some twenty messages. The number
/// is odd, so that a node whose polls are long and short in turn is not timed
/// at the long ones only.
const TIMED_IN: u32 = 17;

/// Measures how long the polls of a node take.
///
/// The worker starts and stops it around each poll; the driver of the node
/// reads the last time to keep to its slice, and says when it wants each.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    /// Nanoseconds in all, for the report.
    busy: Arc<AtomicU64>,
    /// Polls since the last one that was timed, for which the next one stands.
    untimed: Cell<u32>,
    /// The driver wants each poll timed.
    each: Cell<bool>,
    /// The last poll that was timed overran its slice.
    overran: Cell<bool>,
    last: Cell<Option<Duration>>,
}

impl Stopwatch {
    pub(crate) fn new(busy: Arc<AtomicU64>) -> Self {
        Self {
            busy,
            // The first poll is timed: nothing is known of the node yet.
            untimed: Cell::new(TIMED_IN),
            each: Cell::new(false),
            overran: Cell::new(false),
            last: Cell::new(None),
        }
    }

    /// To be called before a poll; what it returns belongs to `stop`.
    pub(crate) fn start(&self) -> Option<Instant> {
        let untimed = self.untimed.get() + 1;
        if self.each.get() || self.overran.get() || untimed >= TIMED_IN {
            Some(Instant::now())
        } else {
            self.untimed.set(untimed);
            None
        }
    }

    /// To be called after the poll.
    pub(crate) fn stop(&self, started: Option<Instant>) {
        let Some(started) = started else { return };
        let took = started.elapsed();
        self.last.set(Some(took));
        self.overran.set(took > SLICE);
        // At the first poll there were none before that it could stand for.
        let untimed = match self.untimed.replace(0) {
            TIMED_IN => 0,
            untimed => untimed,
        };
        // Those before it kept within their slice, or it would not be alone:
        // this one may have been held up by other processes.
        let time = took.saturating_add(took.min(SLICE) * untimed);
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        // The only writer: no locked instruction is needed.
        let busy = self.busy.load(Relaxed);
        self.busy.store(busy.saturating_add(nanos), Relaxed);
    }

    /// Whether each poll shall be timed.
    pub(crate) fn time_each(&self, each: bool) {
        self.each.set(each);
    }

    /// How long the poll before took, if it was timed.
    pub(crate) fn take_last(&self) -> Option<Duration> {
        self.last.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_micros(100);
    const LONG: Duration = Duration::from_secs(1);

    fn watch() -> (Arc<AtomicU64>, Stopwatch) {
        let busy = Arc::default();
        (Arc::clone(&busy), Stopwatch::new(busy))
    }

    async fn polls(watch: &Stopwatch, count: u32, each: Duration) -> u32 {
        let mut timed = 0;
        for _ in 0..count {
            let started = watch.start();
            timed += u32::from(started.is_some());
            tokio::time::advance(each).await;
            watch.stop(started);
        }
        timed
    }

    fn time(busy: &AtomicU64) -> Duration {
        Duration::from_nanos(busy.load(Relaxed))
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_poll_is_timed_and_stands_for_itself() {
        let (busy, watch) = watch();
        assert_eq!(polls(&watch, 1, SHORT).await, 1);
        assert_eq!(time(&busy), SHORT);
        assert_eq!(watch.take_last(), Some(SHORT));
        assert_eq!(watch.take_last(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_poll_that_is_timed_stands_for_those_that_were_not() {
        let (busy, watch) = watch();
        assert_eq!(polls(&watch, 1 + 10 * TIMED_IN, SHORT).await, 11);
        assert_eq!(time(&busy), SHORT * (1 + 10 * TIMED_IN));
    }

    #[tokio::test(start_paused = true)]
    async fn each_poll_is_timed_when_the_driver_wants_it() {
        let (busy, watch) = watch();
        watch.time_each(true);
        assert_eq!(polls(&watch, 40, SHORT).await, 40);
        assert_eq!(time(&busy), SHORT * 40);
    }

    #[tokio::test(start_paused = true)]
    async fn each_poll_is_timed_from_the_first_that_overruns_its_slice() {
        let (busy, watch) = watch();
        assert_eq!(polls(&watch, 40, LONG).await, 40);
        assert_eq!(time(&busy), LONG * 40);
        assert_eq!(polls(&watch, 1 + TIMED_IN, SHORT).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_poll_that_is_held_up_does_not_stand_for_the_others() {
        let (busy, watch) = watch();
        polls(&watch, TIMED_IN, SHORT).await;
        polls(&watch, 1, LONG).await;
        let others = time(&busy).checked_sub(LONG);
        assert_eq!(others, Some(SHORT + SLICE * (TIMED_IN - 1)));
    }

    #[tokio::test(start_paused = true)]
    async fn polls_that_are_long_and_short_in_turn_are_timed_at_both() {
        let (busy, watch) = watch();
        for _ in 0..500 {
            polls(&watch, 1, 2 * SHORT).await;
            polls(&watch, 1, Duration::ZERO).await;
        }
        let time = time(&busy);
        assert!((900 * SHORT..1100 * SHORT).contains(&time), "{time:?}");
    }
}
