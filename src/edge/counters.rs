use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::{Capacity, DropReason};

/// The running totals of one edge, readable from any thread.
///
/// Each total has one writer (an end of the edge), which publishes it with a
/// plain store whenever it exchanges a chunk; so a reading lags by at most a
/// chunk per end, and is exact once both ends are gone.
#[derive(Debug)]
pub struct EdgeCounters {
    capacity: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    discarded: AtomicU64,
    dropped_newest: AtomicU64,
    dropped_oldest: AtomicU64,
    dropped_failing: AtomicU64,
    high_water: AtomicU64,
    blocked_ns: AtomicU64,
    starved_ns: AtomicU64,
    queued_ns: AtomicU64,
    queue_samples: AtomicU64,
    epochs: AtomicU64,
}

/// One reading of an edge's [`EdgeCounters`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EdgeCounts {
    /// How many messages the edge may hold, or how much they may weigh.
    pub capacity: u64,
    /// Messages that the sender has put on the edge, those included that the
    /// edge dropped since it was full.
    pub sent: u64,
    /// Messages that the inlet has handed to its node.
    pub received: u64,
    /// Messages that were on the edge when the node behind it went away.
    pub discarded: u64,
    /// Messages dropped because they came to a full edge.
    pub dropped_newest: u64,
    /// Messages dropped because another one came to a full edge.
    pub dropped_oldest: u64,
    /// The message that came to a full edge and made it fail: none or one.
    pub dropped_failing: u64,
    /// The most messages that were on the edge at once.
    pub high_water: u64,
    /// Time for which the sender wanted to send and had no slot; on an edge
    /// that drops messages, time for which it was full. On a local edge only
    /// time in which the whole worker slept counts.
    pub blocked: Duration,
    /// Time for which the inlet wanted a message and had none. On a local
    /// edge only time in which the whole worker slept counts.
    pub starved: Duration,
    /// Mean time from the flush that sent a message to the giving back of its
    /// slot, which follows its handing out by an eighth of the capacity at
    /// most; measured for one message in 1,024, on a local edge for one in
    /// 2,048 at most.
    pub time_in_queue: Option<Duration>,
    /// How often an adaptive capacity has been looked at again.
    pub epochs: u64,
}

impl EdgeCounts {
    /// Messages on the edge: sent, and neither received, dropped nor discarded.
    pub fn depth(&self) -> u64 {
        self.sent
            .saturating_sub(self.received + self.dropped() + self.discarded)
    }

    /// Messages that the edge dropped because it was full.
    pub fn dropped(&self) -> u64 {
        self.dropped_newest + self.dropped_oldest + self.dropped_failing
    }

    /// Whether the edge failed because it was full ([`Overflow::Fail`]).
    ///
    /// [`Overflow::Fail`]: super::Overflow::Fail
    pub fn has_failed(&self) -> bool {
        self.dropped_failing > 0
    }
}

impl EdgeCounters {
    pub(crate) fn new(capacity: impl Into<Capacity>) -> Self {
        let counters = Self {
            capacity: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            discarded: AtomicU64::new(0),
            dropped_newest: AtomicU64::new(0),
            dropped_oldest: AtomicU64::new(0),
            dropped_failing: AtomicU64::new(0),
            high_water: AtomicU64::new(0),
            blocked_ns: AtomicU64::new(0),
            starved_ns: AtomicU64::new(0),
            queued_ns: AtomicU64::new(0),
            queue_samples: AtomicU64::new(0),
            epochs: AtomicU64::new(0),
        };
        counters.set_capacity(capacity.into().initial());
        counters
    }

    /// Reads every total.
    pub fn counts(&self) -> EdgeCounts {
        // Received first: the other order could show more received than sent.
        let received = self.received.load(Relaxed);
        let discarded = self.discarded.load(Relaxed);
        let dropped_newest = self.dropped_newest.load(Relaxed);
        let dropped_oldest = self.dropped_oldest.load(Relaxed);
        let dropped_failing = self.dropped_failing.load(Relaxed);
        let samples = self.queue_samples.load(Relaxed);
        EdgeCounts {
            capacity: self.capacity.load(Relaxed),
            sent: self.sent.load(Relaxed),
            received,
            discarded,
            dropped_newest,
            dropped_oldest,
            dropped_failing,
            high_water: self.high_water.load(Relaxed),
            blocked: Duration::from_nanos(self.blocked_ns.load(Relaxed)),
            starved: Duration::from_nanos(self.starved_ns.load(Relaxed)),
            time_in_queue: self
                .queued_ns
                .load(Relaxed)
                .checked_div(samples)
                .map(Duration::from_nanos),
            epochs: self.epochs.load(Relaxed),
        }
    }

    pub(super) fn set_capacity(&self, capacity: usize) {
        self.capacity.store(capacity as u64, Relaxed);
    }

    #[inline]
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    #[inline]
    pub(super) fn received(&self) -> u64 {
        self.received.load(Relaxed)
    }

    /// Messages on the edge, for one of its ends: nobody else sends,
    /// receives or drops meanwhile.
    #[inline]
    pub(super) fn depth(&self) -> usize {
        let gone = self.received.load(Relaxed)
            + self.discarded.load(Relaxed)
            + self.dropped_newest.load(Relaxed)
            + self.dropped_oldest.load(Relaxed)
            + self.dropped_failing.load(Relaxed);
        let depth = self.sent.load(Relaxed).saturating_sub(gone);
        usize::try_from(depth).unwrap_or(usize::MAX)
    }

    #[inline]
    pub(super) fn add_sent(&self, count: usize) -> u64 {
        add(&self.sent, count as u64)
    }

    /// Messages came that stay.
    #[inline]
    pub(super) fn note_high_water(&self) {
        let depth = self.depth() as u64;
        if depth > self.high_water.load(Relaxed) {
            self.high_water.store(depth, Relaxed);
        }
    }

    #[inline]
    pub(super) fn add_received(&self, count: usize) -> u64 {
        add(&self.received, count as u64)
    }

    pub(super) fn add_blocked(&self, time: Duration) {
        add(&self.blocked_ns, nanos(time));
    }

    pub(super) fn add_starved(&self, time: Duration) {
        add(&self.starved_ns, nanos(time));
    }

    pub(super) fn add_epoch(&self) {
        add(&self.epochs, 1);
    }

    pub(super) fn add_queue_sample(&self, time: Duration) {
        add(&self.queued_ns, nanos(time));
        add(&self.queue_samples, 1);
    }

    pub(super) fn add_dropped(&self, reason: DropReason) {
        let total = match reason {
            DropReason::Newest => &self.dropped_newest,
            DropReason::Oldest => &self.dropped_oldest,
            DropReason::Failing => &self.dropped_failing,
        };
        add(total, 1);
    }

    /// Both ends may discard, so this one is a read-modify-write.
    pub(super) fn add_discarded(&self, count: usize) {
        self.discarded.fetch_add(count as u64, Relaxed);
    }

    /// Counts a message that goes nowhere: an unconnected dead-letter outlet.
    pub(crate) fn count_unconnected(&self) -> u64 {
        self.add_discarded(1);
        add(&self.sent, 1)
    }
}

/// Adds for the only writer of `total`, without a locked instruction.
#[inline]
fn add(total: &AtomicU64, amount: u64) -> u64 {
    let new = total.load(Relaxed) + amount;
    total.store(new, Relaxed);
    new
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
