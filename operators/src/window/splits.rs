//! What `split_when` and `window_until` have in common: the side that hands
//! out substreams, of which at most one is open.

use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::Substream;
use super::shared_input::{Boundary, Shared, lock};
use crate::budget::UNITS_PER_POLL;
use crate::time::countdown::Countdown;
use crate::{Flow, Progress};

/// The side that hands out the substreams.
pub(super) struct Splits<S: Progress, F> {
    shared: Arc<Mutex<Shared<S, F>>>,
    // Begins when the output is first found waiting for a substream that
    // nobody has polled.
    stale: Countdown,
}

impl<S: Progress, F> Splits<S, F> {
    pub(super) fn new(input: S, boundary: Boundary, stale_after: Duration, is_boundary: F) -> Self {
        let shared = Shared::new(input, boundary, is_boundary);
        Self {
            shared: Arc::new(Mutex::new(shared)),
            stale: Countdown::new(stale_after),
        }
    }

    pub(super) fn skipped(&self) -> u64 {
        lock(&self.shared).skipped
    }

    pub(super) fn is_terminated(&self) -> bool {
        let shared = lock(&self.shared);
        shared.done && shared.first.is_none()
    }

    pub(super) fn size_hint(&self) -> (usize, Option<usize>) {
        let shared = lock(&self.shared);
        let begun = usize::from(shared.open.is_none() && shared.first.is_some());
        if shared.done {
            return (begun, Some(begun));
        }
        // At the least, all to come belongs to the substream that is open.
        let (lower, upper) = shared.input.size_hint();
        let begins = shared.open.is_none() && !shared.skipping && lower > 0;
        let upper = upper.and_then(|upper| upper.checked_add(begun));
        (begun.max(usize::from(begins)), upper)
    }

    pub(super) fn poll_progress(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut shared = lock(&self.shared);
        if shared.open.is_some() {
            shared.remember_outer(cx);
        }
        shared.poll_progress(cx)
    }

    /// Leaves no timer behind.
    fn end_wait(&mut self) {
        self.stale.rewind();
        self.stale.stop();
    }
}

impl<S, F> Splits<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Flow<Substream<S, F>>>> {
        let handle = Arc::clone(&self.shared);
        let mut shared = lock(&handle);
        let mut taken = 0;
        loop {
            if shared.done && shared.first.is_none() {
                return Poll::Ready(None);
            }
            if shared.open.is_some() {
                if shared.touched {
                    self.end_wait();
                } else if self.stale.poll_over(cx).is_ready() {
                    self.end_wait();
                    shared.forget_outer();
                    let item = shared.give_up();
                    drop(shared);
                    drop(item);
                    shared = lock(&handle);
                    continue;
                }
                shared.remember_outer(cx);
                let _moving = shared.poll_progress(cx);
                return Poll::Pending;
            }
            if shared.first.is_some() {
                shared.last_number += 1;
                shared.open = Some(shared.last_number);
                shared.touched = false;
                self.end_wait();
                return Poll::Ready(Some(Flow::native(Substream {
                    shared: Some(Arc::clone(&handle)),
                    number: shared.last_number,
                    cut: false,
                })));
            }
            if taken == UNITS_PER_POLL {
                let _moving = shared.poll_progress(cx);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            taken += 1;
            let Some((item, is_boundary)) = ready!(shared.poll_item(cx)) else {
                continue;
            };
            let skips = shared.skipping;
            if is_boundary {
                shared.skipping = false;
            }
            if skips && !(is_boundary && shared.boundary == Boundary::First) {
                shared.skipped += 1;
                drop(shared);
                drop(item);
                shared = lock(&handle);
            } else {
                shared.first = Some((item, is_boundary));
            }
        }
    }
}

impl<S: Progress, F> Drop for Splits<S, F> {
    fn drop(&mut self) {
        lock(&self.shared).forget_outer();
    }
}
