//! The one timer that an operator may arm.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is boxed at its first wait and re-armed in place after that.
#[derive(Debug, Default)]
pub(crate) struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
    // What the timer is set to, while it runs.
    armed: Option<Instant>,
    // What the clock said last. What was due by then needs no second look.
    seen: Option<Instant>,
}

impl Alarm {
    /// Ready once the clock has reached `due`, which for `None` never happens.
    pub(crate) fn poll_at(&mut self, due: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(due) = due else {
            self.disarm();
            return Poll::Pending;
        };
        // The timer rounds up to its next tick, which would turn a wait of
        // zero into one of a millisecond.
        if self.seen < Some(due) {
            self.seen = Some(Instant::now());
        }
        if self.seen >= Some(due) {
            self.disarm();
            return Poll::Ready(());
        }
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if self.armed != Some(due) {
            self.armed = Some(due);
            sleep.as_mut().reset(due);
        }
        ready!(sleep.as_mut().poll(cx));
        self.armed = None;
        Poll::Ready(())
    }

    /// Stops the timer, so that it wakes nobody for nothing.
    pub(crate) fn disarm(&mut self) {
        if let Some(due) = self.armed.take()
            && let Some(sleep) = &mut self.sleep
        {
            // A `Sleep` that was never polled, in the same box: tokio has no
            // other way to stop one.
            sleep.set(sleep_until(due));
        }
    }
}
