//! The steps of the sender.

use std::collections::VecDeque;
use std::mem;
use std::task::{Context, Waker};

use super::super::{DropReason, Overflow};
use super::{Replaced, Sample, Shared, register};

/// A buffer has room for at most so many times the edge's capacity.
const ROOM: usize = 4;

/// What a sender that asked for slots got.
pub(in crate::edge) enum Reserved {
    /// Slots, and how many messages may be sent between two exchanges.
    Slots {
        slots: usize,
        chunk: usize,
    },
    Wait(Replaced),
    Closed,
}

/// What a sender got that exchanged its chunk.
pub(in crate::edge) struct Exchanged {
    /// What it got if it had no slots.
    pub(in crate::edge) reserved: Option<Reserved>,
    /// The inlet's.
    pub(in crate::edge) waker: Option<Waker>,
    /// The inlet waits, and has not been told of what is there.
    pub(in crate::edge) unannounced: bool,
}

/// What became of a message that was offered.
pub(in crate::edge) struct Offered<T> {
    /// The inlet's.
    pub(in crate::edge) waker: Option<Waker>,
    /// To be handed to whoever wants what is dropped.
    pub(in crate::edge) dropped: Vec<(T, DropReason)>,
    /// The message offered, not counted, if nobody will receive it.
    pub(in crate::edge) undeliverable: Option<T>,
    /// The edge fails, and is to be closed.
    pub(in crate::edge) fails: bool,
}

impl<T> Shared<T> {
    /// Takes every free slot, or arranges to be woken when there is one.
    fn reserve(&mut self, cx: &Context<'_>) -> Reserved {
        let now = match self.overflow {
            Overflow::Block => self.unblock(),
            _ => None,
        };
        if self.is_closed() {
            return Reserved::Closed;
        }
        if self.overflow != Overflow::Block {
            return Reserved::Slots { slots: 1, chunk: 1 };
        }
        let free = if self.weights.is_some() {
            // Charged for when it is sent: until then nobody knows its weight.
            self.permits.free().min(1)
        } else {
            self.permits.take_all()
        };
        if free > 0 {
            self.sender_wants_slots = false;
            let chunk = self.chunk_limit();
            return Reserved::Slots { slots: free, chunk };
        }
        self.block(now);
        self.sender_wants_slots = true;
        Reserved::Wait(register(&mut self.sender_waker, cx))
    }

    fn chunk_limit(&self) -> usize {
        if self.takes_singles() {
            1
        } else {
            self.reach.longest_chunk(self.permits.capacity())
        }
    }

    /// Moves the sender's chunk onto the edge, and takes slots if it has none
    /// left.
    ///
    /// As long as the sender goes on, an inlet that waits is left to sleep
    /// until there is enough for it to be worth the wake.
    pub(in crate::edge) fn exchange(
        &mut self,
        chunk: &mut Vec<T>,
        has_slots: bool,
        cx: &Context<'_>,
    ) -> Exchanged {
        self.put(chunk);
        let reserved = (!has_slots).then(|| self.reserve(cx));
        let pauses = matches!(reserved, Some(Reserved::Wait(_) | Reserved::Closed));
        let enough = self.reach.wakes_inlet_at(self.permits.capacity());
        let waker = if pauses || self.ready.len() >= enough {
            self.wake_for_messages()
        } else {
            None
        };
        Exchanged {
            reserved,
            waker,
            unannounced: !self.ready.is_empty() && self.inlet_waker.is_some(),
        }
    }

    /// Moves the sender's chunk onto the edge and returns the inlet's waker.
    pub(in crate::edge) fn flush(&mut self, chunk: &mut Vec<T>) -> Option<Waker> {
        self.put(chunk);
        self.wake_for_messages()
    }

    fn wake_for_messages(&mut self) -> Option<Waker> {
        if self.ready.is_empty() {
            None
        } else {
            self.inlet_waker.take()
        }
    }

    /// Takes what is in the chunk, or leaves it there, counted as discarded,
    /// if the inlet is gone.
    fn put(&mut self, chunk: &mut Vec<T>) {
        let count = chunk.len();
        if count == 0 {
            return;
        }
        let sent = self.counters.add_sent(count);
        if self.inlet_gone {
            self.counters.add_discarded(count);
            return;
        }
        if self.ready.is_empty() {
            // The three buffers of an edge rotate: none is allocated twice.
            // Turning one into the other moves no message.
            let empty = mem::replace(&mut self.ready, VecDeque::from(mem::take(chunk)));
            *chunk = Vec::from(empty);
            // All of them come by here, and follow an edge that has shrunk.
            chunk.shrink_to(self.permits.capacity().saturating_mul(ROOM));
        } else {
            self.ready.extend(chunk.drain(..));
        }
        self.note_arrival(sent);
    }

    /// Puts one message on the edge and charges its weight, or does what the
    /// edge does when it is full.
    pub(in crate::edge) fn offer(&mut self, message: T, weight: usize) -> Offered<T> {
        let mut offered = Offered {
            waker: None,
            dropped: Vec::new(),
            undeliverable: None,
            fails: false,
        };
        if self.is_closed() {
            offered.undeliverable = Some(message);
            return offered;
        }
        let sent = self.counters.add_sent(1);
        let full = self.overflow != Overflow::Block && self.permits.free() == 0;
        if full && self.blocked_since.is_none() {
            self.block(None);
        } else if !full {
            self.unblock();
        }
        let reason = match self.overflow {
            Overflow::DropNewest if full => DropReason::Newest,
            // Closed by the sender, once it has told of it: nobody shall take
            // the edge for ended before those who have to know do.
            Overflow::Fail if full => {
                offered.fails = true;
                DropReason::Failing
            }
            _ => {
                if full {
                    self.drop_oldest(&mut offered.dropped);
                }
                self.admit(message, weight, sent);
                offered.waker = self.inlet_waker.take();
                return offered;
            }
        };
        self.counters.add_dropped(reason);
        offered.dropped.push((message, reason));
        offered
    }

    fn admit(&mut self, message: T, weight: usize, sent: u64) {
        let charge = match &mut self.weights {
            Some(weights) => {
                // One that weighs nothing would have no bound.
                let weight = weight.max(1);
                weights.push_back(weight);
                weight
            }
            None => 1,
        };
        self.permits.charge(charge);
        self.ready.push_back(message);
        self.note_arrival(sent);
    }

    /// Drops what has waited for longest until there is room, or nothing is
    /// left but what the inlet has taken out already.
    fn drop_oldest(&mut self, dropped: &mut Vec<(T, DropReason)>) {
        while self.permits.free() == 0
            && let Some(oldest) = self.ready.pop_front()
        {
            let charge = match &mut self.weights {
                // The weights of what the inlet has fetched stand before it.
                Some(weights) => {
                    let fetched = weights.len() - self.ready.len() - 1;
                    weights.remove(fetched).unwrap_or(1)
                }
                None => 1,
            };
            self.permits.give_back(charge);
            self.counters.add_dropped(DropReason::Oldest);
            self.move_sample_up();
            dropped.push((oldest, DropReason::Oldest));
        }
    }

    fn note_arrival(&mut self, sent: u64) {
        if self.sample.is_none() && sent >= self.next_sample {
            let interval = self.reach.sample_interval(self.most_messages());
            self.next_sample = sent.saturating_add(interval);
            self.sample = Some(Sample {
                sequence: self.counters.received() + self.counters.depth() as u64,
                sent_at: self.clock.read(),
            });
            self.plan_look();
        }
        self.counters.note_high_water();
        if let Some(adaptive) = &mut self.adaptive {
            adaptive.filled_to(self.counters.depth());
        }
    }

    /// A message was dropped that came before the one that is measured, or is
    /// that one.
    fn move_sample_up(&mut self) {
        let Some(mut sample) = self.sample.take() else {
            return;
        };
        sample.sequence -= 1;
        // With the message for which room is made.
        let waiting = self.ready.len() as u64 + 1;
        let taken_out = self.counters.received() + self.counters.depth() as u64 - waiting;
        self.sample = (sample.sequence > taken_out).then_some(sample);
        self.plan_look();
    }

    /// Arranges that a sender with nothing to send learns when the inlet goes.
    pub(in crate::edge) fn watch_inlet(&mut self, cx: &Context<'_>) -> Replaced {
        self.unblock();
        self.sender_wants_slots = false;
        register(&mut self.sender_waker, cx)
    }

    /// Whether nobody will receive what is sent from now on.
    pub(in crate::edge) fn is_closed(&self) -> bool {
        self.inlet_gone || self.sender_gone
    }

    /// Returns the waker of the inlet, and the sender's own to be dropped.
    pub(in crate::edge) fn close_sender(&mut self) -> (Option<Waker>, Replaced) {
        self.unblock();
        self.sender_gone = true;
        (self.inlet_waker.take(), self.sender_waker.take())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use super::super::super::{Capacity, EdgeCounters, Reach, Settings};
    use super::Shared;

    fn weighted(reach: Reach) -> Shared<u8> {
        let capacity = Capacity::Weighted(64 << 20);
        let counters = Arc::new(EdgeCounters::new(capacity));
        Shared::new(&Settings::new(capacity), reach, counters)
    }

    #[test]
    fn what_weighs_little_is_sampled_as_often_as_anything() {
        let mut shared = weighted(Reach::Local);
        shared.offer(0, 1);
        assert!(shared.next_sample < 10_000, "{}", shared.next_sample);
    }

    #[test]
    fn a_turn_of_an_edge_that_weighs_is_that_of_its_messages() {
        let mut shared = weighted(Reach::Remote);
        for millis in [1, 2] {
            shared.offer(0, 64 << 20);
            shared.block(Some(Duration::from_millis(millis)));
            shared.give_back(1);
        }
        assert_eq!(shared.pace.turn, Duration::from_millis(1));
    }

    #[test]
    fn the_buffers_of_an_edge_that_shrinks_follow_it() {
        let counters = Arc::new(EdgeCounters::new(1_000));
        let mut shared = Shared::new(&Settings::new(1_000), Reach::Local, counters);
        let cx = &Context::from_waker(Waker::noop());
        let (mut sent, mut fetched) = (Vec::new(), Vec::new());
        let mut pass = |shared: &mut Shared<usize>, count| {
            sent.extend(0..count);
            shared.flush(&mut sent);
            shared.fetch(&mut fetched, cx);
            fetched.clear();
            shared.give_back(count);
            sent.capacity() + shared.ready.capacity() + fetched.capacity()
        };
        for _ in 0..3 {
            pass(&mut shared, 1_000);
        }
        assert!(pass(&mut shared, 10) >= 3_000);
        shared.resize(10);
        for _ in 0..3 {
            pass(&mut shared, 10);
        }
        assert!(pass(&mut shared, 10) <= 3 * 40);
    }
}
