use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::{Side, both};
use crate::{Flow, Progress};

/// Stream for [`Flow::zip`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Zip<S: Stream, O: Stream> {
    #[pin]
    input: Side<S>,
    #[pin]
    other: Side<O>,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits pairs of the items of both streams that have the same index.
    ///
    /// A pair is emitted as soon as both of its items are there.
    ///
    /// # Completion
    ///
    /// Ends when either side has ended and its items are used up. Both inputs
    /// are dropped then; an item of the longer side that has no partner stays,
    /// see [`Zip::take_remainder`]. No further item of the longer side has been
    /// taken from it, so a side given as `Flow::native(&mut flow)` can be used
    /// on.
    ///
    /// # Backpressure
    ///
    /// At most one item of either side waits for its partner.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let names = flow(stream::iter(["a", "b", "c"]));
    /// let sizes = flow(stream::iter([10, 20]));
    /// let pairs: Vec<_> = names.zip(sizes).collect().await;
    ///
    /// assert_eq!(pairs, [("a", 10), ("b", 20)]);
    /// # }
    /// ```
    pub fn zip<O: Progress>(self, other: Flow<O>) -> Flow<Zip<S, O>> {
        Flow::native(Zip::new(self.into_stream(), other.into_stream()))
    }
}

impl<S: Progress, O: Progress> Zip<S, O> {
    pub(super) fn new(input: S, other: O) -> Self {
        Self {
            input: Side::new(input),
            other: Side::new(other),
            done: false,
        }
    }

    /// Takes out the item that waits for its partner.
    ///
    /// Reached through [`Flow::get_pin_mut`], also after the end.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let names = flow(stream::iter(["a", "b", "c"]));
    /// let mut pairs = names.zip(flow(stream::iter([10])));
    ///
    /// assert_eq!(pairs.next().await, Some(("a", 10)));
    /// assert_eq!(pairs.next().await, None);
    /// let remainder = Pin::new(&mut pairs).get_pin_mut().take_remainder();
    /// assert_eq!(remainder, (Some("b"), None));
    /// # }
    /// ```
    #[must_use = "the item is no longer in the zip"]
    pub fn take_remainder(self: Pin<&mut Self>) -> (Option<S::Item>, Option<O::Item>) {
        let this = self.project();
        (this.input.take(), this.other.take())
    }
}

impl<S: Progress, O: Progress> Stream for Zip<S, O> {
    type Item = (S::Item, O::Item);

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        let polled = this.input.as_mut().fill(cx);
        let mut other = Poll::Ready(false);
        // After its own end, no item of the other side is wanted.
        if polled != Poll::Ready(false) {
            other = this.other.as_mut().fill(cx);
        }
        if polled == Poll::Ready(true) && other == Poll::Ready(true) {
            return Poll::Ready(this.input.take().zip(this.other.take()));
        }
        if polled == Poll::Ready(false) || other == Poll::Ready(false) {
            *this.done = true;
            this.input.release();
            this.other.release();
            return Poll::Ready(None);
        }
        this.input.settle(polled, cx);
        this.other.settle(other, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        let (lower, upper) = self.input.hint();
        let (other_lower, other_upper) = self.other.hint();
        let upper = match (upper, other_upper) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        (lower.min(other_lower), upper)
    }
}

impl<S: Progress, O: Progress> FusedStream for Zip<S, O> {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S: Progress, O: Progress> Progress for Zip<S, O> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = this.input.poll_progress(cx);
        both(input, this.other.poll_progress(cx))
    }
}

impl<S, O> Clone for Zip<S, O>
where
    S: Stream<Item: Clone> + Clone,
    O: Stream<Item: Clone> + Clone,
{
    fn clone(&self) -> Self {
        Self {
            input: self.input.clone(),
            other: self.other.clone(),
            done: self.done,
        }
    }
}

impl<S, O> fmt::Debug for Zip<S, O>
where
    S: Stream + fmt::Debug,
    O: Stream + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zip")
            .field("input", &self.input)
            .field("other", &self.other)
            .finish_non_exhaustive()
    }
}
