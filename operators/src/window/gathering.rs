//! What `batch` and `batch_weighted` have in common: one batch that fills, and
//! its wait.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::Progress;
use crate::alarm::Alarm;
use crate::budget::{UNITS_PER_POLL, yield_after};

pub(super) struct Gathering<T> {
    pub(super) held: Vec<T>,
    pub(super) max_items: usize,
    // The sum of the costs of the items held.
    pub(super) weight: usize,
    pub(super) max_weight: usize,
    // Was too heavy for this batch, and begins the next.
    pub(super) next: Option<(T, usize)>,
    // Of the last batch. The next is expected to be as long.
    last_len: usize,
    pub(super) max_wait: Duration,
    // Of this batch; or of the next, once there is one, since this one then
    // leaves at once. `None` with items held means never.
    deadline: Option<Instant>,
    alarm: Alarm,
    pub(super) done: bool,
}

/// Why no further item was taken.
pub(super) enum Filled {
    Full,
    Ended,
    /// The input is pending.
    Waiting,
    /// The input may have more; the task is already woken.
    Yielded,
}

impl<T> Gathering<T> {
    pub(super) fn new(max_items: usize, max_weight: usize, max_wait: Duration) -> Self {
        Self {
            held: Vec::new(),
            max_items,
            weight: 0,
            max_weight,
            next: None,
            last_len: 0,
            max_wait,
            deadline: None,
            alarm: Alarm::default(),
            done: false,
        }
    }

    #[inline]
    pub(super) fn poll_next<S: Progress<Item = T>>(
        &mut self,
        input: Pin<&mut S>,
        cost: impl FnMut(&T) -> usize,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Vec<T>>> {
        let leaves = match self.fill(input, cost, cx) {
            Filled::Ended if self.held.is_empty() => return Poll::Ready(None),
            Filled::Full | Filled::Ended => true,
            Filled::Waiting => self.poll_due(cx).is_ready(),
            Filled::Yielded => false,
        };
        if leaves {
            Poll::Ready(Some(self.take_batch()))
        } else {
            Poll::Pending
        }
    }

    pub(super) fn poll_progress<S: Progress<Item = T>>(
        &mut self,
        mut input: Pin<&mut S>,
        cost: impl FnMut(&T) -> usize,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        match self.fill(input.as_mut(), cost, cx) {
            Filled::Full => input.poll_progress(cx),
            Filled::Ended => Poll::Ready(()),
            Filled::Waiting => {
                let _due = self.poll_due(cx);
                Poll::Pending
            }
            Filled::Yielded => Poll::Pending,
        }
    }

    /// Takes out everything, whatever batch it belongs to.
    pub(super) fn take_all(&mut self) -> Vec<T> {
        let mut all = self.take_batch();
        all.append(&mut self.take_batch());
        self.alarm.disarm();
        all
    }

    /// How many batches are still to leave, if the input says this of itself.
    pub(super) fn size_hint(&self, input: (usize, Option<usize>)) -> (usize, Option<usize>) {
        let begun = usize::from(!self.held.is_empty());
        if self.done {
            return (begun, Some(begun));
        }
        // At the least all further items weigh nothing; at the most each is a
        // batch of its own.
        let next = usize::from(self.next.is_some());
        let full = usize::from(self.is_full() || self.next.is_some());
        let open = if full == 1 { 0 } else { self.held.len() } + next;
        let (lower, upper) = input;
        let upper = upper.and_then(|upper| upper.checked_add(begun + next));
        let items = lower.saturating_add(open);
        (full.saturating_add(items.div_ceil(self.max_items)), upper)
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.done && self.held.is_empty()
    }

    fn take_batch(&mut self) -> Vec<T> {
        let batch = mem::take(&mut self.held);
        self.last_len = batch.len();
        self.weight = 0;
        if let Some((item, cost)) = self.next.take() {
            self.weight = cost;
            self.held.push(item);
        } else {
            self.deadline = None;
        }
        batch
    }

    #[inline]
    fn fill<S: Progress<Item = T>>(
        &mut self,
        mut input: Pin<&mut S>,
        mut cost: impl FnMut(&T) -> usize,
        cx: &mut Context<'_>,
    ) -> Filled {
        if self.done {
            return Filled::Ended;
        }
        if self.is_full() || self.next.is_some() {
            return Filled::Full;
        }
        let room = self.max_items - self.held.len();
        for _ in 0..room.min(UNITS_PER_POLL) {
            let item = match input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => item,
                Poll::Ready(None) => {
                    self.done = true;
                    self.alarm.disarm();
                    return Filled::Ended;
                }
                Poll::Pending => return Filled::Waiting,
            };
            let cost = cost(&item);
            if self.held.len() == self.held.capacity() {
                self.make_room();
            }
            if cost > self.max_weight - self.weight && !self.held.is_empty() {
                self.next = Some((item, cost));
                self.deadline = Instant::now().checked_add(self.max_wait);
                return Filled::Full;
            }
            self.held.push(item);
            self.weight += cost;
            // Spelled out so that nothing is left of it where items weigh 0.
            if cost > 0 && self.weight >= self.max_weight {
                return Filled::Full;
            }
        }
        if self.is_full() {
            return Filled::Full;
        }
        self.begin_wait();
        yield_after(input, cx);
        Filled::Yielded
    }

    #[cold]
    fn make_room(&mut self) {
        if self.held.is_empty() {
            self.held = Vec::with_capacity(self.last_len);
        }
    }

    fn is_full(&self) -> bool {
        self.held.len() >= self.max_items || self.weight >= self.max_weight
    }

    /// Sets the deadline, if it is not yet set.
    ///
    /// Not called where a batch begins, but at the end of that poll: a batch
    /// that fills in one poll needs no look at the clock.
    fn begin_wait(&mut self) {
        if self.deadline.is_none() {
            self.deadline = Instant::now().checked_add(self.max_wait);
        }
    }

    /// Ready once the wait is over; with nothing held there is none.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.held.is_empty() {
            self.begin_wait();
        }
        self.alarm.poll_at(self.deadline, cx)
    }
}
