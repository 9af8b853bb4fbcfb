use std::cmp::Ordering;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::{Side, both};
use super::sum_of_hints;
use crate::{Flow, Progress};

/// Stream for [`Flow::merge_sorted_by`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MergeSortedBy<S: Stream, O: Stream, F> {
    #[pin]
    input: Side<S>,
    #[pin]
    other: Side<O>,
    compare: F,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of two sorted streams as one sorted stream.
    ///
    /// The smaller of the two next items is emitted as soon as both are there;
    /// of equal ones, that of this stream comes first. Each stream's own order
    /// is kept, so the output is sorted only if both are.
    ///
    /// A side that stays silent stalls the other, since its next item might be
    /// the smaller one.
    ///
    /// # Completion
    ///
    /// After the end of one side, the items of the other pass as they come.
    /// Ends when both have ended. A side is dropped as soon as it ends.
    ///
    /// # Backpressure
    ///
    /// At most one item waits for one of the other side.
    ///
    /// # Panics
    ///
    /// After a panic of `compare`, the two items that it was given are gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let one = flow(stream::iter([1, 4, 9]));
    /// let other = flow(stream::iter([2, 3, 5]));
    /// let sorted: Vec<_> = one.merge_sorted_by(other, Ord::cmp).collect().await;
    ///
    /// assert_eq!(sorted, [1, 2, 3, 4, 5, 9]);
    /// # }
    /// ```
    pub fn merge_sorted_by<O, F>(self, other: Flow<O>, compare: F) -> Flow<MergeSortedBy<S, O, F>>
    where
        O: Progress<Item = S::Item>,
        F: FnMut(&S::Item, &S::Item) -> Ordering,
    {
        Flow::native(MergeSortedBy {
            input: Side::new(self.into_stream()),
            other: Side::new(other.into_stream()),
            compare,
        })
    }
}

impl<S, O, F> Stream for MergeSortedBy<S, O, F>
where
    S: Progress,
    O: Progress<Item = S::Item>,
    F: FnMut(&S::Item, &S::Item) -> Ordering,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let filled = this.input.as_mut().fill(cx);
        let other_filled = this.other.as_mut().fill(cx);
        if filled.is_pending() || other_filled.is_pending() {
            this.input.settle(filled, cx);
            this.other.settle(other_filled, cx);
            return Poll::Pending;
        }
        // Both are out while they are compared, which may panic.
        match (this.input.as_mut().take(), this.other.as_mut().take()) {
            (Some(item), Some(other)) if (this.compare)(&item, &other).is_gt() => {
                this.input.put_back(item);
                Poll::Ready(Some(other))
            }
            (Some(item), Some(other)) => {
                this.other.put_back(other);
                Poll::Ready(Some(item))
            }
            (item, other) => Poll::Ready(item.or(other)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        sum_of_hints([self.input.hint(), self.other.hint()])
    }
}

impl<S, O, F> FusedStream for MergeSortedBy<S, O, F>
where
    S: Progress,
    O: Progress<Item = S::Item>,
    F: FnMut(&S::Item, &S::Item) -> Ordering,
{
    fn is_terminated(&self) -> bool {
        self.input.is_empty() && self.other.is_empty()
    }
}

impl<S, O, F> Progress for MergeSortedBy<S, O, F>
where
    S: Progress,
    O: Progress<Item = S::Item>,
    F: FnMut(&S::Item, &S::Item) -> Ordering,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = this.input.poll_progress(cx);
        both(input, this.other.poll_progress(cx))
    }
}

impl<S, O, F: Clone> Clone for MergeSortedBy<S, O, F>
where
    S: Stream<Item: Clone> + Clone,
    O: Stream<Item: Clone> + Clone,
{
    fn clone(&self) -> Self {
        Self {
            input: self.input.clone(),
            other: self.other.clone(),
            compare: self.compare.clone(),
        }
    }
}

impl<S, O, F> fmt::Debug for MergeSortedBy<S, O, F>
where
    S: Stream + fmt::Debug,
    O: Stream + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MergeSortedBy")
            .field("input", &self.input)
            .field("other", &self.other)
            .finish_non_exhaustive()
    }
}
