use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::Instant;

use crate::Progress;
use crate::alarm::Alarm;
use crate::budget::{UNITS_PER_POLL, yield_after};

/// Says when the newest item leaves. `None` means never.
pub(super) trait Timing {
    /// An item came at `now`, and none is held.
    fn first(&mut self, now: Instant) -> Option<Instant>;

    /// An item came at `now`, in the place of one that was due at `due`.
    fn newer(&mut self, now: Instant, due: Option<Instant>) -> Option<Instant> {
        let _ = now;
        due
    }

    /// The newest item leaves.
    fn leaves(&mut self) {}
}

/// What the operators share that emit the newest of several items: take,
/// replace, wait, hand on.
///
/// The input stays with the operator and is lent to each call.
pub(super) struct Newest<T, W> {
    held: Option<T>,
    // When the item held leaves; never, for `None`.
    due: Option<Instant>,
    pub(super) timing: W,
    alarm: Alarm,
    // How many items were replaced.
    dropped: u64,
    done: bool,
}

/// Why no further item was taken.
enum Intake {
    /// The first item is due at once.
    Due,
    Ended,
    /// The input is pending.
    Waiting,
    /// The input may have more; the task is already woken.
    Yielded,
}

impl<T, W: Timing> Newest<T, W> {
    pub(super) fn new(timing: W) -> Self {
        Self {
            held: None,
            due: None,
            timing,
            alarm: Alarm::default(),
            dropped: 0,
            done: false,
        }
    }

    pub(super) fn poll_next<S: Progress<Item = T>>(
        &mut self,
        input: Pin<&mut S>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<T>> {
        let leaves = match self.take_in(input, true, cx) {
            Intake::Ended | Intake::Due => true,
            Intake::Waiting => self.alarm.poll_at(self.due, cx).is_ready(),
            Intake::Yielded => self.due.is_some_and(|due| due <= Instant::now()),
        };
        if !leaves {
            return Poll::Pending;
        }
        self.alarm.disarm();
        self.due = None;
        self.timing.leaves();
        Poll::Ready(self.held.take())
    }

    pub(super) fn poll_progress<S: Progress<Item = T>>(
        &mut self,
        input: Pin<&mut S>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        match self.take_in(input, false, cx) {
            Intake::Ended => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }

    pub(super) fn size_hint(&self, input: (usize, Option<usize>)) -> (usize, Option<usize>) {
        let held = usize::from(self.held.is_some());
        if self.done {
            return (held, Some(held));
        }
        // At the least the last item leaves.
        let (lower, upper) = input;
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.max(held).min(1), upper)
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.done && self.held.is_none()
    }

    fn take_in<S: Progress<Item = T>>(
        &mut self,
        mut input: Pin<&mut S>,
        stops_when_due: bool,
        cx: &mut Context<'_>,
    ) -> Intake {
        if self.done {
            return Intake::Ended;
        }
        let mut now = None;
        for _ in 0..UNITS_PER_POLL {
            match input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    let now = *now.get_or_insert_with(Instant::now);
                    let is_first = self.held.is_none();
                    self.due = if is_first {
                        self.timing.first(now)
                    } else {
                        self.dropped += 1;
                        self.timing.newer(now, self.due)
                    };
                    self.held = Some(item);
                    let is_due = self.due.is_some_and(|due| due <= now);
                    if is_first && is_due && stops_when_due {
                        return Intake::Due;
                    }
                }
                Poll::Ready(None) => {
                    self.done = true;
                    return Intake::Ended;
                }
                Poll::Pending => return Intake::Waiting,
            }
        }
        yield_after(input, cx);
        Intake::Yielded
    }
}

impl<T, W: fmt::Debug> fmt::Debug for Newest<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Newest")
            .field("held", &self.held.is_some())
            .field("timing", &self.timing)
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}
