//! The one timer of an operator whose deadlines come in order.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use tokio::time::{Instant, Sleep, sleep_until};

/// Wakes a task at deadlines that never go back.
///
/// While another deadline follows, a timer whose deadline has become void is
/// left as it is: it wakes the task once, and is armed anew then. To disarm and
/// arm it for each batch would cost more than all else that a batch does.
#[derive(Default)]
pub(super) struct Alarm {
    // Made when the first deadline has to be waited for, so an input that is
    // always ready pays for no timer.
    timer: Option<Pin<Box<Sleep>>>,
    // Whom the timer wakes.
    waker: Option<Waker>,
}

impl Alarm {
    /// Says whether the deadline has come, and otherwise has the task woken.
    pub(super) fn poll(&mut self, deadline: Instant, cx: &mut Context<'_>) -> bool {
        let timer = self.timer.as_ref();
        let is_armed =
            timer.is_some_and(|timer| timer.deadline() <= deadline && !timer.is_elapsed());
        let wakes = |waker: &Waker| waker.will_wake(cx.waker());
        if is_armed && self.waker.as_ref().is_some_and(wakes) {
            return false;
        }
        // The timer rounds up to its next tick, which would turn a wait of
        // zero into one of a millisecond.
        if Instant::now() >= deadline {
            return true;
        }
        let timer = self
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        self.waker = Some(cx.waker().clone());
        if is_armed && timer.as_mut().poll(cx).is_pending() {
            return false;
        }
        if timer.deadline() != deadline {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut().poll(cx).is_ready()
    }

    /// Disarms the timer, since no deadline follows.
    pub(super) fn clear(&mut self) {
        self.timer = None;
        self.waker = None;
    }
}
