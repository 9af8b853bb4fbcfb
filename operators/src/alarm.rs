//! The one timer that an operator may arm.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is boxed at its first wait and re-armed in place after that.
///
/// Where a later deadline follows, a timer that runs is left as it is: it wakes
/// the task once for nothing, and is armed anew then. To arm it for each item
/// would cost more than all else that an operator does.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    // Made when something has to be waited for, so an input that is always
    // ready pays for no timer.
    sleep: Option<Pin<Box<Sleep>>>,
    // Whom the timer wakes, while it is armed.
    waker: Option<Waker>,
    // What the clock said last. What was due by then needs no second look.
    seen: Option<Instant>,
}

impl Alarm {
    /// Ready once the clock has reached `due`, which for `None` never happens.
    ///
    /// Until then the task is woken at `due` and possibly once before.
    pub(crate) fn poll_at(&mut self, due: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(due) = due else {
            self.disarm();
            return Poll::Pending;
        };
        if self.seen < Some(due) {
            if self.wakes_by(due, cx) {
                return Poll::Pending;
            }
            self.seen = Some(Instant::now());
        }
        // The timer rounds up to its next tick, which would turn a wait of
        // zero into one of a millisecond.
        if self.seen >= Some(due) {
            self.disarm();
            return Poll::Ready(());
        }
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if sleep.deadline() != due {
            sleep.as_mut().reset(due);
        }
        self.waker = Some(cx.waker().clone());
        // Once the input has used up tokio's budget, a timer would be pending
        // without having noted the waker.
        pin!(unconstrained(sleep.as_mut())).poll(cx)
    }

    /// Stops the timer, so that it wakes nobody for nothing.
    pub(crate) fn disarm(&mut self) {
        if self.waker.take().is_some()
            && let Some(sleep) = &mut self.sleep
            && !sleep.is_elapsed()
        {
            // A `Sleep` that was never polled, in the same box: tokio has no
            // other way to stop one.
            let deadline = sleep.deadline();
            sleep.set(sleep_until(deadline));
        }
    }

    /// Whether the task is woken at `due` or before as it is.
    fn wakes_by(&self, due: Instant, cx: &Context<'_>) -> bool {
        let runs = |sleep: &Pin<Box<Sleep>>| sleep.deadline() <= due && !sleep.is_elapsed();
        // `Waker::will_wake` compares the addresses of the vtables, which differ
        // between a waker of tokio's `block_on` and its own clone.
        let (data, vtable) = (cx.waker().data(), cx.waker().vtable());
        let wakes = |waker: &Waker| waker.data() == data && waker.vtable() == vtable;
        self.waker.as_ref().is_some_and(wakes) && self.sleep.as_ref().is_some_and(runs)
    }
}
