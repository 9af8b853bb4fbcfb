use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::gathering::Gathering;
use crate::{Flow, Progress};

/// Stream for [`Flow::batch`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Batch<S: Progress> {
    #[pin]
    input: S,
    // Items weigh nothing, so only their number counts.
    gathering: Gathering<S::Item>,
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
    /// never runs out. The wait begins at the end of the poll that took the
    /// first item, so a batch that fills in one poll never reads the clock.
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
        Flow::native(Batch::new(self.into_stream(), max_items, max_wait))
    }
}

impl<S: Progress> Batch<S> {
    pub(crate) fn new(input: S, max_items: usize, max_wait: Duration) -> Self {
        Self {
            input,
            gathering: Gathering::new(max_items, usize::MAX, max_wait),
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
        self.project().gathering.take_all()
    }

    /// How many items are still to leave, whatever the batches.
    pub(crate) fn items_hint(&self) -> (usize, Option<usize>) {
        let held = self.gathering.held.len();
        if self.gathering.done {
            return (held, Some(held));
        }
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }
}

impl<S: Progress> Stream for Batch<S> {
    type Item = Vec<S::Item>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.gathering.poll_next(this.input, |_| 0, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.gathering.size_hint(self.input.size_hint())
    }
}

impl<S: Progress> FusedStream for Batch<S> {
    fn is_terminated(&self) -> bool {
        self.gathering.is_terminated()
    }
}

impl<S: Progress> Progress for Batch<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.gathering.poll_progress(this.input, |_| 0, cx)
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for Batch<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("input", &self.input)
            .field("held", &self.gathering.held.len())
            .field("max_items", &self.gathering.max_items)
            .field("max_wait", &self.gathering.max_wait)
            .finish_non_exhaustive()
    }
}
