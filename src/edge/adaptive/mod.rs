//! Capacity that follows the loss which a larger buffer would win back.
//!
//! `law.rs` is the law, a function from one epoch to the next capacity; here
//! stands how an edge gathers what the law wants to know. The inlet does that
//! whenever it gives slots back, so there is no task in the background, and
//! under a paused clock everything is exact.

mod law;
#[cfg(test)]
mod tests;

use std::time::Duration;

use law::Law;

use super::Capacity;
use super::clock::Now;

/// An epoch lasts for this many times its shortest length at most.
const LONGEST: u32 = 100;

/// What an edge saw in one epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Epoch {
    /// The share of the time for which the sender was blocked.
    blocked: f64,
    /// The share of the time for which the inlet was starved.
    starved: f64,
    /// The share of the messages that were taken in one go with too few
    /// others, because the edge could not hold more.
    underfilled: f64,
    /// The fewest messages that were on the edge right after one was taken.
    least_queued: usize,
    /// The most messages that were on the edge.
    most_queued: usize,
    /// Messages taken.
    served: u64,
    /// Time for which the inlet was not starved.
    busy: Duration,
}

/// The adaptive capacity of one edge.
#[derive(Debug)]
pub(super) struct Adaptive {
    law: Law,
    shortest: Duration,
    began: Now,
    received_before: u64,
    blocked: Duration,
    starved: Duration,
    /// Messages received when the inlet last found the edge empty.
    dry_at: u64,
    underfilled: u64,
    least_queued: usize,
    most_queued: usize,
}

/// For how long an end has been waiting, on the clock of the transitions.
pub(super) type Since = Option<Duration>;

impl Adaptive {
    /// `None` unless the capacity is adaptive.
    pub(super) fn new(capacity: Capacity, shortest: Duration) -> Option<Self> {
        let Capacity::Adaptive { target, min, max } = capacity else {
            return None;
        };
        Some(Self {
            law: Law::new(target, min, max, capacity.initial()),
            shortest,
            began: Now::default(),
            received_before: 0,
            blocked: Duration::ZERO,
            starved: Duration::ZERO,
            dry_at: 0,
            underfilled: 0,
            least_queued: usize::MAX,
            most_queued: 0,
        })
    }

    /// The edge has another capacity now, which the law has not chosen.
    pub(super) fn go_on_from(&mut self, capacity: usize) {
        self.law.go_on_from(capacity);
    }

    /// The sender was blocked from `since` until `now`.
    pub(super) fn blocked(&mut self, since: Duration, now: Duration) {
        self.blocked += now.saturating_sub(since.max(self.began.transitions));
    }

    /// The inlet was starved from `since` until `now`.
    pub(super) fn starved(&mut self, since: Duration, now: Duration) {
        self.starved += now.saturating_sub(since.max(self.began.transitions));
    }

    /// The inlet found the edge empty, having received that many in all.
    ///
    /// If the sender is blocked all the same, the inlet would have taken more
    /// than the edge can hold at once.
    pub(super) fn dry(&mut self, received: u64, sender_blocked: bool) {
        self.least_queued = 0;
        if sender_blocked {
            let held_at_once = self.law.capacity() as u64;
            self.underfilled += (received - self.dry_at).min(held_at_once);
        }
        self.dry_at = received;
    }

    /// Messages came, and now that many are on the edge.
    pub(super) fn filled_to(&mut self, queued: usize) {
        self.most_queued = self.most_queued.max(queued);
    }

    /// Messages were taken, and now that many are left.
    pub(super) fn drained_to(&mut self, queued: usize) {
        self.least_queued = self.least_queued.min(queued);
    }

    /// How many messages must be served before an epoch can end.
    ///
    /// A queue that wanders takes far longer to cross a buffer than to be
    /// served once: fewer would mistake its wandering for a standing queue.
    pub(super) fn least_served(&self) -> u64 {
        (self.law.capacity() as u64)
            .saturating_mul(8)
            .saturating_add(32)
    }

    /// Ends the epoch if it has lasted, and gives the capacity for the next.
    pub(super) fn end_epoch(&mut self, now: Now, received: u64, blocked: Since) -> Option<usize> {
        let elapsed = now.wall.saturating_sub(self.began.wall);
        let served = received - self.received_before;
        let lasted = elapsed >= self.shortest && served >= self.least_served();
        if !lasted && elapsed < self.shortest.saturating_mul(LONGEST) {
            return None;
        }
        if let Some(since) = blocked {
            self.blocked(since, now.transitions);
        }
        let epoch = self.epoch(elapsed, served);
        let capacity = self.law.next(&epoch);
        self.began = now;
        self.received_before = received;
        self.blocked = Duration::ZERO;
        self.starved = Duration::ZERO;
        self.underfilled = 0;
        self.least_queued = usize::MAX;
        self.most_queued = 0;
        Some(capacity)
    }

    fn epoch(&self, elapsed: Duration, served: u64) -> Epoch {
        Epoch {
            blocked: share(self.blocked, elapsed),
            starved: share(self.starved, elapsed),
            underfilled: share_of_count(self.underfilled, served),
            least_queued: match self.least_queued {
                usize::MAX => 0,
                least => least,
            },
            most_queued: self.most_queued,
            served,
            busy: elapsed.saturating_sub(self.starved),
        }
    }
}

fn share(part: Duration, whole: Duration) -> f64 {
    if whole.is_zero() {
        0.0
    } else {
        part.div_duration_f64(whole).min(1.0)
    }
}

fn share_of_count(part: u64, whole: u64) -> f64 {
    share(Duration::from_nanos(part), Duration::from_nanos(whole))
}
