use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::gathering::Gathering;
use crate::{Flow, Progress};

/// Stream for [`Flow::batch_weighted`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct BatchWeighted<S: Progress, F> {
    #[pin]
    input: S,
    cost: F,
    gathering: Gathering<S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Gathers items into vectors, bounded by count, by weight and by a wait.
    ///
    /// The weight of a batch is the sum of the costs of its items; `cost` is
    /// called once for each. A batch is emitted as soon as it holds `max_items`
    /// items or weighs `max_weight`, or when the next item would make it weigh
    /// more, which then begins the next batch, or once `max_wait` has passed
    /// since its first item was taken, whichever comes first. Only an item that
    /// is too heavy by itself comes in a batch of more than `max_weight`, and
    /// alone. Batches are never empty, and joining them end to end gives back
    /// the input, in order. Where only the weight counts, give [`usize::MAX`]
    /// for `max_items`.
    ///
    /// # Completion
    ///
    /// When the input ends, the items still held are emitted at once as one
    /// last batch; then the output ends.
    ///
    /// # Backpressure
    ///
    /// At most `max_items` items are held: one batch, and the item that did not
    /// fit into it. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) goes on filling the batch up
    /// to its bounds, past `max_wait` too; the batch then leaves on the next
    /// poll. The wait is consulted only while the input is pending, so an input
    /// that is always ready fills its batch first.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items held. To stop early without losing
    /// them, call [`BatchWeighted::take_remainder`] first.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` or `max_weight` is zero. A wait
    /// needs a tokio runtime with the timer enabled; polling outside of one
    /// panics.
    ///
    /// # Units
    ///
    /// `max_items` counts items; `max_weight` is in the unit of `cost`: bytes,
    /// tokens, rows. `max_wait` is as for [`batch`](Flow::batch).
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
    /// let words = stream::iter(["to", "be", "or", "nothing", "much"]);
    /// let lines: Vec<_> = flow(words)
    ///     .batch_weighted(2, 6, Duration::from_millis(5), |word| word.len())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(lines, [vec!["to", "be"], vec!["or"], vec!["nothing"], vec!["much"]]);
    /// # }
    /// ```
    #[track_caller]
    pub fn batch_weighted<F>(
        self,
        max_items: usize,
        max_weight: usize,
        max_wait: Duration,
        cost: F,
    ) -> Flow<BatchWeighted<S, F>>
    where
        F: FnMut(&S::Item) -> usize,
    {
        assert!(
            max_items > 0,
            "a `batch_weighted` of at most 0 items would never be emitted; give at least 1"
        );
        assert!(
            max_weight > 0,
            "a `batch_weighted` of weight 0 would have room for nothing; give at least 1"
        );
        Flow::native(BatchWeighted {
            input: self.into_stream(),
            cost,
            gathering: Gathering::new(max_items, max_weight, max_wait),
        })
    }
}

impl<S: Progress, F> BatchWeighted<S, F> {
    /// Takes out the items of the batch that is not yet complete.
    ///
    /// Reached through [`Flow::get_pin_mut`]. The item that did not fit into
    /// the batch comes last. The next item starts a new batch with a new wait.
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
    /// let never_ends = stream::iter(["to", "be"]).chain(stream::pending());
    /// let mut lines = flow(never_ends)
    ///     .batch_weighted(100, 5, Duration::from_secs(60), |word: &&str| word.len());
    ///
    /// assert_eq!(lines.next().now_or_never(), None);
    /// assert_eq!(Pin::new(&mut lines).get_pin_mut().take_remainder(), ["to", "be"]);
    /// # }
    /// ```
    #[must_use = "the items are no longer in the batch"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<S::Item> {
        self.project().gathering.take_all()
    }
}

impl<S, F> Stream for BatchWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    type Item = Vec<S::Item>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.gathering.poll_next(this.input, this.cost, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.gathering.size_hint(self.input.size_hint())
    }
}

impl<S, F> FusedStream for BatchWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    fn is_terminated(&self) -> bool {
        self.gathering.is_terminated()
    }
}

impl<S, F> Progress for BatchWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.gathering.poll_progress(this.input, this.cost, cx)
    }
}

impl<S: Progress + fmt::Debug, F> fmt::Debug for BatchWeighted<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchWeighted")
            .field("input", &self.input)
            .field("held", &self.gathering.held.len())
            .field("max_items", &self.gathering.max_items)
            .field("weight", &self.gathering.weight)
            .field("max_weight", &self.gathering.max_weight)
            .field("max_wait", &self.gathering.max_wait)
            .finish_non_exhaustive()
    }
}
