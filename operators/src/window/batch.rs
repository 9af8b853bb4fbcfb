use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::batch`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Batch<S: Progress> {
    #[pin]
    input: S,
    held: Vec<S::Item>,
    max_items: usize,
    max_wait: Duration,
    // Set by the first item of a batch; `None` with items held means never.
    deadline: Option<Instant>,
    // Armed when the input is first found pending before the deadline, so an
    // input that is always ready pays for no timer.
    timer: Option<Pin<Box<Sleep>>>,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Gathers items into vectors, bounded by a count and by a wait.
    ///
    /// A batch is emitted as soon as it holds `max_items` items, or once
    /// `max_wait` has passed since its first item was taken, whichever comes
    /// first. Batches are never empty, and joining them end to end gives back
    /// the input, in order.
    ///
    /// # Completion
    ///
    /// When the input ends, the items still held are emitted at once as one
    /// last, possibly shorter, batch; then the output ends.
    ///
    /// # Backpressure
    ///
    /// At most `max_items` items are held at any time. While the output is
    /// blocked, [`poll_progress`](Progress::poll_progress) goes on filling the
    /// batch up to that count, past `max_wait` too; the batch then leaves on
    /// the next poll. The wait is consulted only while the input is pending,
    /// so an input that is always ready fills its batch first.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items held. To stop early without losing
    /// them, call [`Batch::take_remainder`] first.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` is zero. A wait needs a tokio
    /// runtime with the timer enabled; polling outside of one panics.
    ///
    /// # Units
    ///
    /// `max_items` counts items, not bytes. `max_wait` is measured on tokio's
    /// clock, to its resolution of one millisecond. [`Duration::ZERO`] emits
    /// whatever is ready without waiting; a wait past the end of the clock
    /// never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let readings = stream::iter([1, 2, 3, 4, 5]);
    /// let batches: Vec<_> = flow(readings)
    ///     .batch(2, Duration::from_millis(5))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(batches, [vec![1, 2], vec![3, 4], vec![5]]);
    /// # }
    /// ```
    #[track_caller]
    pub fn batch(self, max_items: usize, max_wait: Duration) -> Flow<Batch<S>> {
        assert!(
            max_items > 0,
            "a `batch` of at most 0 items would never be emitted; give at least 1"
        );
        Flow::native(Batch::new(self.into_inner(), max_items, max_wait))
    }
}

impl<S: Progress> Batch<S> {
    pub(crate) fn new(input: S, max_items: usize, max_wait: Duration) -> Self {
        Self {
            input,
            held: Vec::new(),
            max_items,
            max_wait,
            deadline: None,
            timer: None,
            done: false,
        }
    }

    /// Takes out the items of the batch that is not yet complete.
    ///
    /// Reached through [`Flow::get_pin_mut`]. The next item starts a new batch
    /// with a new wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    /// use std::time::Duration;
    ///
    /// use futures::FutureExt;
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let never_ends = stream::iter([1, 2, 3]).chain(stream::pending());
    /// let mut batches = flow(never_ends).batch(2, Duration::from_secs(60));
    ///
    /// assert_eq!(batches.next().await, Some(vec![1, 2]));
    /// assert_eq!(batches.next().now_or_never(), None);
    /// assert_eq!(Pin::new(&mut batches).get_pin_mut().take_remainder(), [3]);
    /// # }
    /// ```
    #[must_use = "the items are no longer in the batch"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<S::Item> {
        self.take_batch()
    }

    /// How many items are still to leave, whatever the batches.
    pub(crate) fn items_hint(&self) -> (usize, Option<usize>) {
        let held = self.held.len();
        if self.done {
            return (held, Some(held));
        }
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }

    fn take_batch(self: Pin<&mut Self>) -> Vec<S::Item> {
        let this = self.project();
        *this.deadline = None;
        *this.timer = None;
        mem::take(this.held)
    }

    fn fill(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Filled {
        let mut this = self.project();
        if *this.done {
            return Filled::Ended;
        }
        for _ in 0..UNITS_PER_POLL {
            if this.held.len() == *this.max_items {
                return Filled::Full;
            }
            match this.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    if this.held.is_empty() {
                        *this.deadline = Instant::now().checked_add(*this.max_wait);
                        this.held.reserve((*this.max_items).min(UNITS_PER_POLL));
                    }
                    this.held.push(item);
                }
                Poll::Ready(None) => {
                    *this.done = true;
                    return Filled::Ended;
                }
                Poll::Pending => return Filled::Waiting,
            }
        }
        if this.held.len() == *this.max_items {
            return Filled::Full;
        }
        yield_after(this.input, cx);
        Filled::Yielded
    }

    /// Says whether the wait is over, and otherwise arms the timer.
    fn poll_due(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        let this = self.project();
        let Some(deadline) = *this.deadline else {
            return false;
        };
        // The timer rounds up to its next tick, which would turn a wait of
        // zero into one of a millisecond.
        if Instant::now() >= deadline {
            return true;
        }
        let timer = this
            .timer
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        timer.as_mut().poll(cx).is_ready()
    }
}

/// Why no further item was taken.
enum Filled {
    Full,
    Ended,
    /// The input is pending.
    Waiting,
    /// The input may have more; the task is already woken.
    Yielded,
}

impl<S: Progress> Stream for Batch<S> {
    type Item = Vec<S::Item>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let leaves = match self.as_mut().fill(cx) {
            Filled::Ended if self.held.is_empty() => return Poll::Ready(None),
            Filled::Full | Filled::Ended => true,
            Filled::Waiting => self.as_mut().poll_due(cx),
            Filled::Yielded => false,
        };
        if leaves {
            Poll::Ready(Some(self.take_batch()))
        } else {
            Poll::Pending
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let begun = usize::from(!self.held.is_empty());
        if self.done {
            return (begun, Some(begun));
        }
        // At the least all batches are full; at the most each item to come
        // is a batch of its own.
        let (items, _) = self.items_hint();
        let (_, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(begun));
        (items.div_ceil(self.max_items), upper)
    }
}

impl<S: Progress> FusedStream for Batch<S> {
    fn is_terminated(&self) -> bool {
        self.done && self.held.is_empty()
    }
}

impl<S: Progress> Progress for Batch<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.as_mut().fill(cx) {
            Filled::Full => self.project().input.poll_progress(cx),
            Filled::Ended => Poll::Ready(()),
            Filled::Waiting => {
                let _due = self.poll_due(cx);
                Poll::Pending
            }
            Filled::Yielded => Poll::Pending,
        }
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for Batch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("input", &self.input)
            .field("held", &self.held.len())
            .field("max_items", &self.max_items)
            .field("max_wait", &self.max_wait)
            .finish_non_exhaustive()
    }
}
