//! What happens when an end exchanges its chunk with the edge.
//!
//! Nothing here wakes, drops a message or calls user code: each step returns
//! what its caller has to wake or drop once it has let go of the state.

use std::mem;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::counters::EdgeCounters;
use super::permits::Permits;

/// One message in this many has its time in the queue measured.
const SAMPLE_EVERY: u64 = 1_024;

/// The part of an edge that both ends see.
#[derive(Debug)]
pub(super) struct Shared<T> {
    /// Sent and not yet fetched by the inlet.
    ready: Vec<T>,
    permits: Permits,
    counters: Arc<EdgeCounters>,
    sender_gone: bool,
    inlet_gone: bool,
    /// Woken when slots come back, if the sender waits for one, and when the
    /// inlet goes away in any case.
    sender_waker: Option<Waker>,
    sender_wants_slots: bool,
    inlet_waker: Option<Waker>,
    blocked_since: Option<Duration>,
    starved_since: Option<Duration>,
    sample: Option<Sample>,
    next_sample: u64,
    pub(super) epoch: Instant,
}

/// A message whose time in the queue is being measured.
#[derive(Debug)]
struct Sample {
    /// It is the message that makes the total received reach this.
    sequence: u64,
    sent_at: Instant,
}

/// What a sender that asked for slots got.
pub(super) enum Reserved {
    Slots(usize),
    Wait(Replaced),
    Closed,
}

/// What an inlet that asked for messages got.
pub(super) enum Fetched {
    /// The chunk was filled; slots go back in steps of this many messages.
    Chunk {
        step: usize,
    },
    Wait(Replaced),
    Closed,
}

/// A waker that another one has taken the place of. Dropping a waker may run
/// somebody's code, so that is left to who has let go of the state.
pub(super) type Replaced = Option<Waker>;

impl<T> Shared<T> {
    pub(super) fn new(capacity: NonZeroUsize, counters: Arc<EdgeCounters>) -> Self {
        Self {
            ready: Vec::new(),
            permits: Permits::new(capacity),
            counters,
            sender_gone: false,
            inlet_gone: false,
            sender_waker: None,
            sender_wants_slots: false,
            inlet_waker: None,
            blocked_since: None,
            starved_since: None,
            sample: None,
            next_sample: 0,
            epoch: Instant::now(),
        }
    }

    pub(super) fn counters(&self) -> Arc<EdgeCounters> {
        Arc::clone(&self.counters)
    }

    // === the sender's steps ===

    /// Takes every free slot, or arranges to be woken when there is one.
    pub(super) fn reserve(&mut self, cx: &Context<'_>, now: Duration) -> Reserved {
        if let Some(since) = self.blocked_since.take() {
            self.counters.add_blocked(now.saturating_sub(since));
        }
        if self.inlet_gone {
            return Reserved::Closed;
        }
        let slots = self.permits.take_all();
        if slots > 0 {
            self.sender_wants_slots = false;
            return Reserved::Slots(slots);
        }
        self.blocked_since = Some(now);
        self.sender_wants_slots = true;
        Reserved::Wait(register(&mut self.sender_waker, cx))
    }

    /// Moves the sender's chunk onto the edge and returns the inlet's waker,
    /// or leaves the chunk, counted as discarded, if the inlet is gone.
    pub(super) fn flush(&mut self, chunk: &mut Vec<T>) -> Option<Waker> {
        if chunk.is_empty() {
            return None;
        }
        let count = chunk.len();
        let sent = self.counters.add_sent(count);
        if self.inlet_gone {
            self.counters.add_discarded(count);
            return None;
        }
        if self.sample.is_none() && sent >= self.next_sample {
            self.next_sample = sent + SAMPLE_EVERY;
            self.sample = Some(Sample {
                sequence: sent,
                sent_at: Instant::now(),
            });
        }
        if self.ready.is_empty() {
            // The three buffers of an edge rotate: none is allocated twice.
            mem::swap(&mut self.ready, chunk);
        } else {
            self.ready.append(chunk);
        }
        self.inlet_waker.take()
    }

    /// Arranges that a sender with nothing to send learns when the inlet goes.
    pub(super) fn watch_inlet(&mut self, cx: &Context<'_>) -> Replaced {
        self.sender_wants_slots = false;
        register(&mut self.sender_waker, cx)
    }

    pub(super) fn inlet_is_gone(&self) -> bool {
        self.inlet_gone
    }

    /// Returns the waker of the inlet, and the sender's own to be dropped.
    pub(super) fn close_sender(&mut self) -> (Option<Waker>, Replaced) {
        self.sender_gone = true;
        (self.inlet_waker.take(), self.sender_waker.take())
    }

    // === the inlet's steps ===

    /// Swaps what is ready into the inlet's empty chunk, or arranges to be
    /// woken when there is something.
    pub(super) fn fetch(&mut self, chunk: &mut Vec<T>, cx: &Context<'_>, now: Duration) -> Fetched {
        if let Some(since) = self.starved_since.take() {
            self.counters.add_starved(now.saturating_sub(since));
        }
        if self.ready.is_empty() {
            if self.sender_gone {
                return Fetched::Closed;
            }
            self.starved_since = Some(now);
            return Fetched::Wait(register(&mut self.inlet_waker, cx));
        }
        mem::swap(&mut self.ready, chunk);
        // Slots go back an eighth of the capacity at a time: sooner costs a
        // wake per message, later lets the producer run dry.
        Fetched::Chunk {
            step: (self.permits.capacity().get() / 8).max(1),
        }
    }

    /// Gives back the slots of `count` messages that were handed out, and
    /// returns the waker of a sender that waits for one.
    pub(super) fn give_back(&mut self, count: usize) -> Option<Waker> {
        self.permits.give_back(count);
        let received = self.counters.add_received(count);
        if let Some(sample) = self.sample.take_if(|sample| received >= sample.sequence) {
            self.counters.add_queue_sample(sample.sent_at.elapsed());
        }
        self.wake_for_slots()
    }

    /// Sets another capacity. Nothing is dropped; while more is held than
    /// fits, nothing is admitted.
    pub(super) fn resize(&mut self, capacity: NonZeroUsize) -> Option<Waker> {
        self.permits.resize(capacity);
        self.counters.set_capacity(capacity);
        self.wake_for_slots()
    }

    /// Closes the edge from behind. Returns the messages to be dropped, the
    /// waker of the sender, and the inlet's own to be dropped. `held` is how
    /// many messages the inlet still held.
    pub(super) fn close_inlet(&mut self, held: usize) -> (Vec<T>, Option<Waker>, Replaced) {
        self.inlet_gone = true;
        let left = mem::take(&mut self.ready);
        self.counters.add_discarded(left.len() + held);
        (left, self.sender_waker.take(), self.inlet_waker.take())
    }

    pub(super) fn is_finished(&self) -> bool {
        self.sender_gone && self.ready.is_empty()
    }

    fn wake_for_slots(&mut self) -> Option<Waker> {
        if self.sender_wants_slots && self.permits.free() > 0 {
            self.sender_wants_slots = false;
            self.sender_waker.take()
        } else {
            None
        }
    }
}

fn register(place: &mut Option<Waker>, cx: &Context<'_>) -> Replaced {
    match place {
        Some(waker) if waker.will_wake(cx.waker()) => None,
        _ => place.replace(cx.waker().clone()),
    }
}
