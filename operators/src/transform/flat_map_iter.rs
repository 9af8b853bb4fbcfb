use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::flat_map_iter`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct FlatMapIter<S, F, I> {
    #[pin]
    input: S,
    f: F,
    // Made of the latest item; gone when it is used up.
    held: Option<I>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of an iterator that `f` makes of every item.
    ///
    /// Each of them is taken from the iterator only when it is asked for, and the
    /// next item from the input only when the iterator is used up. An iterator
    /// without items is passed over.
    ///
    /// # Backpressure
    ///
    /// One iterator is held, so it may be without an end.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let words: Vec<_> = flow(stream::iter(["a b", "c"]))
    ///     .flat_map_iter(str::split_whitespace)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(words, ["a", "b", "c"]);
    /// # }
    /// ```
    pub fn flat_map_iter<I, F>(self, f: F) -> Flow<FlatMapIter<S, F, I::IntoIter>>
    where
        F: FnMut(S::Item) -> I,
        I: IntoIterator,
    {
        Flow::native(FlatMapIter {
            input: self.into_stream(),
            f,
            held: None,
        })
    }
}

impl<S, F, I, T> Stream for FlatMapIter<S, F, I>
where
    S: Progress,
    F: FnMut(S::Item) -> T,
    T: IntoIterator<IntoIter = I>,
    I: Iterator<Item = T::Item>,
{
    type Item = T::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            if let Some(iter) = this.held {
                let item = iter.next();
                if item.is_some() {
                    return Poll::Ready(item);
                }
                *this.held = None;
            }
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(item) => *this.held = Some((this.f)(item).into_iter()),
                None => return Poll::Ready(None),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.held.as_ref().map_or((0, Some(0)), I::size_hint);
        let is_last = self.input.size_hint().1 == Some(0);
        (lower, upper.filter(|_| is_last))
    }
}

impl<S, F, I, T> FusedStream for FlatMapIter<S, F, I>
where
    S: Progress + FusedStream,
    F: FnMut(S::Item) -> T,
    T: IntoIterator<IntoIter = I>,
    I: Iterator<Item = T::Item>,
{
    fn is_terminated(&self) -> bool {
        self.held.is_none() && self.input.is_terminated()
    }
}

impl<S, F, I, T> Progress for FlatMapIter<S, F, I>
where
    S: Progress,
    F: FnMut(S::Item) -> T,
    T: IntoIterator<IntoIter = I>,
    I: Iterator<Item = T::Item>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F, I> fmt::Debug for FlatMapIter<S, F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlatMapIter")
            .field("input", &self.input)
            .field("busy", &self.held.is_some())
            .finish_non_exhaustive()
    }
}
