//! The steps of the inlet.

use std::collections::VecDeque;
use std::mem;
use std::task::{Context, Waker};
use std::time::Duration;

use super::super::Overflow;
use super::{Replaced, Shared, register};

/// What an inlet that asked for messages got.
pub(in crate::edge) enum Fetched {
    /// The chunk was filled; slots go back in steps of this many messages.
    Chunk {
        step: usize,
    },
    Wait(Replaced),
    Closed,
}

impl<T> Shared<T> {
    /// Moves what is ready into the inlet's empty chunk, or arranges to be
    /// woken when there is something.
    pub(in crate::edge) fn fetch(&mut self, chunk: &mut Vec<T>, cx: &Context<'_>) -> Fetched {
        let now = self.end_starvation();
        if self.ready.is_empty() {
            if self.sender_gone {
                return Fetched::Closed;
            }
            if let Some(adaptive) = &mut self.adaptive {
                adaptive.dry(self.counters.received(), self.blocked_since.is_some());
            }
            self.starved_since = Some(now.unwrap_or_else(|| self.clock.transition()));
            return Fetched::Wait(register(&mut self.inlet_waker, cx));
        }
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.drained_to(self.ready.len());
        }
        if self.overflow == Overflow::DropOldest {
            // What stays here can still be dropped.
            chunk.extend(self.ready.pop_front());
        } else {
            let empty = VecDeque::from(mem::take(chunk));
            *chunk = Vec::from(mem::replace(&mut self.ready, empty));
        }
        Fetched::Chunk { step: self.step() }
    }

    /// Slots go back an eighth of the capacity at a time: sooner costs a wake
    /// per message, later lets the sender run dry.
    fn step(&self) -> usize {
        if self.takes_singles() {
            1
        } else {
            (self.permits.capacity() / 8).max(1)
        }
    }

    fn end_starvation(&mut self) -> Option<Duration> {
        let since = self.starved_since.take()?;
        let now = self.clock.transition();
        self.counters.add_starved(now.saturating_sub(since));
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.starved(since, now);
        }
        Some(now)
    }

    /// Gives back the slots of `count` messages that were handed out, and
    /// returns the waker of a sender that waits for one.
    #[inline]
    pub(in crate::edge) fn give_back(&mut self, count: usize) -> Option<Waker> {
        let received = self.counters.add_received(count);
        if received < self.plain_until && !self.sender_wants_slots {
            self.permits.give_back(count);
            None
        } else {
            self.give_back_and_look(count, received)
        }
    }

    #[inline(never)]
    fn give_back_and_look(&mut self, count: usize, received: u64) -> Option<Waker> {
        let charged = match &mut self.weights {
            Some(weights) => weights
                .drain(..count.min(weights.len()))
                .fold(0, usize::saturating_add),
            None => count,
        };
        self.permits.give_back(charged);
        if let Some(sample) = self.sample.take_if(|sample| received >= sample.sequence) {
            self.plan_look();
            let now = self.clock.read();
            self.counters
                .add_queue_sample(now.saturating_sub(sample.sent_at));
        }
        let enough = if self.adapt(received) {
            1
        } else {
            self.reach
                .wakes_sender_at(self.permits.capacity(), self.pace.turn)
        };
        self.wake_for_slots(enough)
    }

    /// Takes another capacity if that is adaptive and it is time, and says
    /// whether it has grown.
    fn adapt(&mut self, received: u64) -> bool {
        let Some(adaptive) = &mut self.adaptive else {
            return false;
        };
        adaptive.drained_to(self.counters.depth());
        let now = self.clock.known();
        let before = self.permits.capacity();
        if let Some(capacity) = adaptive.end_epoch(now, received, self.blocked_since) {
            self.set_capacity(capacity);
            self.counters.add_epoch();
        }
        self.permits.capacity() > before
    }

    /// Closes the edge from behind. Returns the messages to be dropped, the
    /// waker of the sender, and the inlet's own to be dropped. `held` is how
    /// many messages the inlet still held.
    pub(in crate::edge) fn close_inlet(
        &mut self,
        held: usize,
    ) -> (VecDeque<T>, Option<Waker>, Replaced) {
        self.end_starvation();
        self.inlet_gone = true;
        let messages = mem::take(&mut self.ready);
        self.counters.add_discarded(messages.len() + held);
        if let Some(weights) = &mut self.weights {
            weights.clear();
        }
        (messages, self.sender_waker.take(), self.inlet_waker.take())
    }
}
