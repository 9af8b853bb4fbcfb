use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::queue::Queue;
use crate::Progress;
use crate::budget::UNITS_PER_POLL;

/// What the operators of this group share: admit, drive, hand on.
///
/// The input and the closure stay with the operator and are lent to each call.
pub(super) struct Engine<Q> {
    queue: Q,
    max_in_flight: usize,
    // The input has ended.
    done: bool,
}

impl<Q: Queue> Engine<Q> {
    pub(super) fn new(max_in_flight: usize, queue: Q) -> Self {
        Self {
            queue,
            max_in_flight,
            done: false,
        }
    }

    #[inline]
    pub(super) fn poll_next<S: Progress>(
        &mut self,
        input: Pin<&mut S>,
        launch: impl FnMut(S::Item) -> Q::Task,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Q::Output>> {
        self.or_end(|engine| engine.hand_on(Round::new(input), launch, cx))
    }

    #[inline]
    pub(super) fn poll_progress<S: Progress>(
        &mut self,
        input: Pin<&mut S>,
        launch: impl FnMut(S::Item) -> Q::Task,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        self.or_end(|engine| engine.move_on(Round::new(input), launch, cx))
    }

    /// Drops all work and ends if `f` panics, since the queue may then wait
    /// for a result that never comes.
    #[inline]
    fn or_end<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        let guard = EndOnDrop(self);
        let result = f(guard.0);
        mem::forget(guard);
        result
    }

    fn hand_on<S: Progress>(
        &mut self,
        mut round: Round<'_, S>,
        mut launch: impl FnMut(S::Item) -> Q::Task,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Q::Output>> {
        self.queue.drive(&mut round.to_finish);
        let mut result = self.queue.pop();
        // After the pop, so that the place of the result that is about to
        // leave is taken: all places work while the consumer is busy.
        self.admit(&mut round, &mut launch, cx);
        if result.is_none() {
            result = self.queue.pop();
            if result.is_some() {
                self.admit(&mut round, &mut launch, cx);
            }
        }
        match result {
            Some(result) => Poll::Ready(Some(result)),
            None if self.is_terminated() => Poll::Ready(None),
            None => {
                let _running = self.queue.park(cx);
                let _moving = self.settle(round, cx);
                Poll::Pending
            }
        }
    }

    fn move_on<S: Progress>(
        &mut self,
        mut round: Round<'_, S>,
        mut launch: impl FnMut(S::Item) -> Q::Task,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        self.queue.drive(&mut round.to_finish);
        self.admit(&mut round, &mut launch, cx);
        let running = self.queue.park(cx);
        let upstream = self.settle(round, cx);
        if running.is_ready() && upstream.is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    pub(super) fn size_hint(&self, input: (usize, Option<usize>)) -> (usize, Option<usize>) {
        let held = self.queue.len();
        if self.done {
            return (held, Some(held));
        }
        let (lower, upper) = input;
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.done && self.queue.len() == 0
    }

    /// Takes items while there is room.
    fn admit<S: Progress>(
        &mut self,
        round: &mut Round<'_, S>,
        launch: &mut impl FnMut(S::Item) -> Q::Task,
        cx: &mut Context<'_>,
    ) {
        while !self.done && !round.pending && round.has_budget() && self.has_room() {
            match round.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    round.to_take -= 1;
                    self.queue.push(launch(item), &mut round.to_finish);
                }
                Poll::Ready(None) => self.done = true,
                Poll::Pending => round.pending = true,
            }
        }
    }

    /// Leaves the input so that it moves on by itself or wakes the task.
    fn settle<S: Progress>(&self, round: Round<'_, S>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        if round.pending {
            return Poll::Pending;
        }
        let upstream = round.input.poll_progress(cx);
        if self.has_room() {
            // Only the budget stopped the intake.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        upstream
    }

    fn has_room(&self) -> bool {
        self.queue.len() < self.max_in_flight
    }
}

impl<Q: Queue> fmt::Debug for Engine<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("in_flight", &self.queue.len())
            .field("max_in_flight", &self.max_in_flight)
            .finish_non_exhaustive()
    }
}

/// Ends the engine, unless it is forgotten.
struct EndOnDrop<'a, Q: Queue>(&'a mut Engine<Q>);

impl<Q: Queue> Drop for EndOnDrop<'_, Q> {
    fn drop(&mut self) {
        self.0.done = true;
        self.0.queue.clear();
    }
}

/// One call's dealings with the input, and its budget.
struct Round<'a, S> {
    input: Pin<&'a mut S>,
    to_take: usize,
    to_finish: usize,
    pending: bool,
}

impl<'a, S> Round<'a, S> {
    fn new(input: Pin<&'a mut S>) -> Self {
        Self {
            input,
            to_take: UNITS_PER_POLL,
            to_finish: UNITS_PER_POLL,
            pending: false,
        }
    }

    fn has_budget(&self) -> bool {
        self.to_take > 0 && self.to_finish > 0
    }
}
