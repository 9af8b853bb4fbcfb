use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::Zip;
use crate::{Flow, Progress};

/// Stream for [`Flow::zip_with`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct ZipWith<S: Stream, O: Stream, F> {
    #[pin]
    pairs: Zip<S, O>,
    f: F,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of the items of both streams with the same index.
    ///
    /// The same as [`zip`](Flow::zip) and then [`map`](Flow::map).
    ///
    /// # Completion
    ///
    /// Ends when either side has ended and its items are used up. Both inputs
    /// are dropped then; an item of the longer side that has no partner stays,
    /// see [`ZipWith::take_remainder`].
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
    /// let prices = flow(stream::iter([3, 5]));
    /// let counts = flow(stream::iter([10, 20]));
    /// let totals: Vec<_> = prices.zip_with(counts, |price, count| price * count).collect().await;
    ///
    /// assert_eq!(totals, [30, 100]);
    /// # }
    /// ```
    pub fn zip_with<O, F, T>(self, other: Flow<O>, f: F) -> Flow<ZipWith<S, O, F>>
    where
        O: Progress,
        F: FnMut(S::Item, O::Item) -> T,
    {
        Flow::native(ZipWith {
            pairs: Zip::new(self.into_stream(), other.into_stream()),
            f,
        })
    }
}

impl<S: Progress, O: Progress, F> ZipWith<S, O, F> {
    /// Takes out the item that waits for its partner.
    ///
    /// The same as [`Zip::take_remainder`].
    #[must_use = "the item is no longer in the zip"]
    pub fn take_remainder(self: Pin<&mut Self>) -> (Option<S::Item>, Option<O::Item>) {
        self.project().pairs.take_remainder()
    }
}

impl<S, O, F, T> Stream for ZipWith<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(S::Item, O::Item) -> T,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.project();
        let pair = ready!(this.pairs.poll_next(cx));
        Poll::Ready(pair.map(|(item, other)| (this.f)(item, other)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

impl<S, O, F, T> FusedStream for ZipWith<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(S::Item, O::Item) -> T,
{
    fn is_terminated(&self) -> bool {
        self.pairs.is_terminated()
    }
}

impl<S, O, F, T> Progress for ZipWith<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(S::Item, O::Item) -> T,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().pairs.poll_progress(cx)
    }
}

impl<S, O, F: Clone> Clone for ZipWith<S, O, F>
where
    S: Stream<Item: Clone> + Clone,
    O: Stream<Item: Clone> + Clone,
{
    fn clone(&self) -> Self {
        Self {
            pairs: self.pairs.clone(),
            f: self.f.clone(),
        }
    }
}

impl<S, O, F> fmt::Debug for ZipWith<S, O, F>
where
    S: Stream + fmt::Debug,
    O: Stream + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZipWith")
            .field("pairs", &self.pairs)
            .finish_non_exhaustive()
    }
}
