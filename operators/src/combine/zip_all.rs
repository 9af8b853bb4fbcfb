use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::{Side, both};
use crate::{Flow, Progress};

/// Stream for [`Flow::zip_all`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct ZipAll<S: Stream, O: Stream> {
    #[pin]
    input: Side<S>,
    #[pin]
    other: Side<O>,
}

impl<S: Progress> Flow<S> {
    /// Emits pairs of the items with the same index, to the end of both.
    ///
    /// A pair is emitted as soon as both of its items are there. After the end
    /// of one side, `None` stands in its place, and the items of the other pass
    /// as they come.
    ///
    /// # Completion
    ///
    /// Ends when both have ended. A side is dropped as soon as it ends.
    ///
    /// # Backpressure
    ///
    /// At most one item waits for its partner.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let names = flow(stream::iter(["a", "b"]));
    /// let sizes = flow(stream::iter([10]));
    /// let pairs: Vec<_> = names.zip_all(sizes).collect().await;
    ///
    /// assert_eq!(pairs, [(Some("a"), Some(10)), (Some("b"), None)]);
    /// # }
    /// ```
    pub fn zip_all<O: Progress>(self, other: Flow<O>) -> Flow<ZipAll<S, O>> {
        Flow::native(ZipAll {
            input: Side::new(self.into_stream()),
            other: Side::new(other.into_stream()),
        })
    }
}

impl<S: Progress, O: Progress> ZipAll<S, O> {
    /// Takes out the item that waits for its partner.
    ///
    /// Reached through [`Flow::get_pin_mut`]; see [`Zip::take_remainder`].
    ///
    /// [`Zip::take_remainder`]: super::Zip::take_remainder
    #[must_use = "the item is no longer in the zip"]
    pub fn take_remainder(self: Pin<&mut Self>) -> (Option<S::Item>, Option<O::Item>) {
        let this = self.project();
        (this.input.take(), this.other.take())
    }
}

impl<S: Progress, O: Progress> Stream for ZipAll<S, O> {
    type Item = (Option<S::Item>, Option<O::Item>);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let filled = this.input.as_mut().fill(cx);
        let other_filled = this.other.as_mut().fill(cx);
        if filled.is_pending() || other_filled.is_pending() {
            this.input.settle(filled, cx);
            this.other.settle(other_filled, cx);
            return Poll::Pending;
        }
        let pair = (this.input.take(), this.other.take());
        Poll::Ready((pair.0.is_some() || pair.1.is_some()).then_some(pair))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.hint();
        let (other_lower, other_upper) = self.other.hint();
        let upper = upper.zip(other_upper).map(|(one, other)| one.max(other));
        (lower.max(other_lower), upper)
    }
}

impl<S, O> FusedStream for ZipAll<S, O>
where
    S: Progress,
    O: Progress,
{
    fn is_terminated(&self) -> bool {
        self.input.is_empty() && self.other.is_empty()
    }
}

impl<S, O> Progress for ZipAll<S, O>
where
    S: Progress,
    O: Progress,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = this.input.poll_progress(cx);
        both(input, this.other.poll_progress(cx))
    }
}

impl<S, O> Clone for ZipAll<S, O>
where
    S: Stream<Item: Clone> + Clone,
    O: Stream<Item: Clone> + Clone,
{
    fn clone(&self) -> Self {
        Self {
            input: self.input.clone(),
            other: self.other.clone(),
        }
    }
}

impl<S, O> fmt::Debug for ZipAll<S, O>
where
    S: Stream + fmt::Debug,
    O: Stream + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZipAll")
            .field("input", &self.input)
            .field("other", &self.other)
            .finish()
    }
}
