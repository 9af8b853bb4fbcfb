//! What happens when an end exchanges its chunk with the edge.
//!
//! Nothing here wakes, drops a message or calls user code: each step returns
//! what its caller has to wake or drop once it has let go of the state.

mod receiving;
mod sending;

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

pub(super) use receiving::Fetched;
pub(super) use sending::{Offered, Reserved};

use super::adaptive::Adaptive;
use super::clock::Clock;
use super::counters::EdgeCounters;
use super::permits::Permits;
use super::{Capacity, Overflow, Reach, Settings};

/// The part of an edge that both ends see.
#[derive(Debug)]
pub(super) struct Shared<T> {
    /// Sent and not yet fetched by the inlet.
    ready: VecDeque<T>,
    permits: Permits,
    /// What the messages on the edge weigh, in order, those that the inlet has
    /// fetched included; `None` if each takes one permit.
    weights: Option<VecDeque<usize>>,
    overflow: Overflow,
    counters: Arc<EdgeCounters>,
    clock: Clock,
    reach: Reach,
    adaptive: Option<Box<Adaptive>>,
    sender_gone: bool,
    inlet_gone: bool,
    /// Woken when slots come back, if the sender waits for one, and when the
    /// inlet goes away in any case.
    sender_waker: Option<Waker>,
    sender_wants_slots: bool,
    inlet_waker: Option<Waker>,
    blocked_since: Option<Duration>,
    pace: Pace,
    starved_since: Option<Duration>,
    sample: Option<Sample>,
    next_sample: u64,
    /// Until that many messages have been received, giving slots back is a
    /// matter of counting, unless the sender waits for some.
    plain_until: u64,
}

/// A message whose time in the queue is being measured.
#[derive(Debug)]
struct Sample {
    /// It is the message that makes the total received reach this.
    sequence: u64,
    sent_at: Duration,
}

/// A waker that another one has taken the place of. Dropping a waker may run
/// somebody's code, so that is left to who has let go of the state.
pub(super) type Replaced = Option<Waker>;

impl<T> Shared<T> {
    pub(super) fn new(settings: &Settings<T>, reach: Reach, counters: Arc<EdgeCounters>) -> Self {
        let capacity = settings.capacity;
        counters.set_capacity(capacity.initial());
        let mut shared = Self {
            ready: VecDeque::new(),
            permits: Permits::new(capacity.initial()),
            weights: matches!(capacity, Capacity::Weighted(_)).then(VecDeque::new),
            overflow: settings.overflow,
            counters,
            clock: Clock::new(reach),
            reach,
            adaptive: Adaptive::new(capacity, settings.epoch).map(Box::new),
            sender_gone: false,
            inlet_gone: false,
            sender_waker: None,
            sender_wants_slots: false,
            inlet_waker: None,
            blocked_since: None,
            pace: Pace::default(),
            starved_since: None,
            sample: None,
            next_sample: 0,
            plain_until: 0,
        };
        shared.plan_look();
        shared
    }

    fn plan_look(&mut self) {
        let always_looks = self.weights.is_some() || self.adaptive.is_some();
        self.plain_until = match &self.sample {
            _ if always_looks => 0,
            Some(sample) => sample.sequence,
            None => u64::MAX,
        };
    }

    pub(super) fn counters(&self) -> Arc<EdgeCounters> {
        Arc::clone(&self.counters)
    }

    pub(super) fn is_finished(&self) -> bool {
        self.sender_gone && self.ready.is_empty()
    }

    /// Whether messages are sent and charged one at a time, once they are
    /// there to be weighed or dropped.
    fn takes_singles(&self) -> bool {
        self.weights.is_some() || self.overflow != Overflow::Block
    }

    /// Sets another capacity. Nothing is dropped; while more is held than
    /// fits, nothing is admitted.
    pub(super) fn resize(&mut self, capacity: usize) -> Option<Waker> {
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.go_on_from(capacity);
        }
        self.set_capacity(capacity);
        self.wake_for_slots(1)
    }

    fn set_capacity(&mut self, capacity: usize) {
        self.permits.resize(capacity);
        self.counters.set_capacity(capacity);
    }

    /// Wakes a sender that waits for slots if there are this many.
    fn wake_for_slots(&mut self, at_least: usize) -> Option<Waker> {
        if self.sender_wants_slots && self.permits.free() >= at_least {
            self.sender_wants_slots = false;
            self.sender_waker.take()
        } else {
            None
        }
    }

    // === waiting ===

    /// The sender found no room: counts until `unblock`.
    fn block(&mut self, now: Option<Duration>) {
        let now = now.unwrap_or_else(|| self.clock.transition());
        self.blocked_since = Some(now);
        if self.reach == Reach::Remote {
            let sent = self.counters.sent();
            self.pace.learn(now, sent, self.most_messages());
        }
    }

    /// How many messages the edge holds when it is full; where they are
    /// weighed, as many as it holds now.
    fn most_messages(&self) -> usize {
        match &self.weights {
            Some(_) => self.counters.depth(),
            None => self.permits.capacity(),
        }
    }

    /// Ends the time for which the sender was blocked, if it was, and says
    /// when that is.
    fn unblock(&mut self) -> Option<Duration> {
        let since = self.blocked_since.take()?;
        let now = self.clock.transition();
        self.counters.add_blocked(now.saturating_sub(since));
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.blocked(since, now);
        }
        Some(now)
    }
}

/// How fast messages pass, learnt each time the sender is blocked.
#[derive(Debug, Default)]
struct Pace {
    /// When the sender was blocked, and what it had sent by then.
    blocked: Option<(Duration, u64)>,
    /// As long as it took to send as many messages as the edge holds: nothing
    /// before that is known.
    turn: Duration,
}

impl Pace {
    fn learn(&mut self, now: Duration, sent: u64, capacity: usize) {
        if let Some((since, before)) = self.blocked {
            let count = u32::try_from(sent - before).unwrap_or(u32::MAX);
            let capacity = u32::try_from(capacity).unwrap_or(u32::MAX);
            // Blocked twice without sending: that says nothing new.
            if let Some(each) = now.saturating_sub(since).checked_div(count) {
                self.turn = each.saturating_mul(capacity);
            }
        }
        self.blocked = Some((now, sent));
    }
}

#[inline]
fn register(place: &mut Option<Waker>, cx: &Context<'_>) -> Replaced {
    match place {
        Some(waker) if waker.will_wake(cx.waker()) => None,
        _ => place.replace(cx.waker().clone()),
    }
}
