use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::UntilErr;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::try_flat_map_iter`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct TryFlatMapIter<S, F, I> {
    #[pin]
    input: UntilErr<S>,
    f: F,
    // Made of the latest value; gone when it is used up.
    held: Option<I>,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits the items of an iterator made of every `Ok`, up to the first `Err`.
    ///
    /// `f` makes the iterator of the value. Each item is taken from it only when
    /// it is asked for, and the next value from the input only when it is used
    /// up.
    ///
    /// # Completion
    ///
    /// Ends with the first `Err`, be it of the input or of `f`. The input is
    /// dropped before that `Err` is handed out.
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
    /// let lines = stream::iter([Ok("a,b"), Ok("c"), Err("cut off")]);
    /// let cells: Vec<_> = flow(lines)
    ///     .try_flat_map_iter(|line| Ok(line.split(',')))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(cells, [Ok("a"), Ok("b"), Ok("c"), Err("cut off")]);
    /// # }
    /// ```
    pub fn try_flat_map_iter<I, F>(self, f: F) -> Flow<TryFlatMapIter<S, F, I::IntoIter>>
    where
        I: IntoIterator,
        F: FnMut(T) -> Result<I, E>,
    {
        Flow::native(TryFlatMapIter {
            input: UntilErr::new(self.into_stream()),
            f,
            held: None,
        })
    }
}

impl<S, T, E, I, F> Stream for TryFlatMapIter<S, F, I::IntoIter>
where
    S: Progress<Item = Result<T, E>>,
    I: IntoIterator,
    F: FnMut(T) -> Result<I, E>,
{
    type Item = Result<I::Item, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            if let Some(item) = this.held.as_mut().and_then(Iterator::next) {
                return Poll::Ready(Some(Ok(item)));
            }
            *this.held = None;
            let made = match ready!(this.input.as_mut().poll_next(cx)) {
                Some(Ok(value)) => (this.f)(value),
                Some(Err(error)) => Err(error),
                None => return Poll::Ready(None),
            };
            match made {
                Ok(items) => *this.held = Some(items.into_iter()),
                Err(error) => return this.input.end_with(error),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = self.held.as_ref().map(Iterator::size_hint);
        let (lower, upper) = held.unwrap_or((0, Some(0)));
        let is_last = self.input.size_hint().1 == Some(0);
        (lower, upper.filter(|_| is_last))
    }
}

impl<S, T, E, I, F> FusedStream for TryFlatMapIter<S, F, I::IntoIter>
where
    S: Progress<Item = Result<T, E>>,
    I: IntoIterator,
    F: FnMut(T) -> Result<I, E>,
{
    fn is_terminated(&self) -> bool {
        self.held.is_none() && self.input.is_terminated()
    }
}

impl<S, T, E, I, F> Progress for TryFlatMapIter<S, F, I::IntoIter>
where
    S: Progress<Item = Result<T, E>>,
    I: IntoIterator,
    F: FnMut(T) -> Result<I, E>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F, I> fmt::Debug for TryFlatMapIter<S, F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryFlatMapIter")
            .field("input", &self.input)
            .field("busy", &self.held.is_some())
            .finish_non_exhaustive()
    }
}
