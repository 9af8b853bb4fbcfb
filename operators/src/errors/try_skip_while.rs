use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::UntilErr;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::try_skip_while`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct TrySkipWhile<S, F> {
    #[pin]
    input: UntilErr<S>,
    skip: F,
    skipping: bool,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits the `Ok`s from the first whose value fails a test on, up to the first `Err`.
    ///
    /// Values are dropped as long as `skip` gives `Ok(true)`; it is not asked again
    /// after the first that is kept.
    ///
    /// # Completion
    ///
    /// Ends with the first `Err`, be it of the input or of `skip`. The input is
    /// dropped before that `Err` is handed out.
    ///
    /// # Errors
    ///
    /// A value for which `skip` gives an `Err` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let results: Vec<_> = flow(stream::iter([Ok(1), Ok(3), Ok(2), Err("cut off")]))
    ///     .try_skip_while(|n| Ok(*n < 3))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(3), Ok(2), Err("cut off")]);
    /// # }
    /// ```
    pub fn try_skip_while<F>(self, skip: F) -> Flow<TrySkipWhile<S, F>>
    where
        F: FnMut(&T) -> Result<bool, E>,
    {
        Flow::native(TrySkipWhile {
            input: UntilErr::new(self.into_stream()),
            skip,
            skipping: true,
        })
    }
}

impl<S, T, E, F> Stream for TrySkipWhile<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&T) -> Result<bool, E>,
{
    type Item = Result<T, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let value = match ready!(this.input.as_mut().poll_next(cx)) {
                Some(Ok(value)) => value,
                err_or_end => return Poll::Ready(err_or_end),
            };
            if *this.skipping {
                match (this.skip)(&value) {
                    Ok(true) => continue,
                    Ok(false) => *this.skipping = false,
                    Err(error) => return this.input.end_with(error),
                }
            }
            return Poll::Ready(Some(Ok(value)));
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.size_hint();
        (if self.skipping { 0 } else { lower }, upper)
    }
}

impl<S, T, E, F> FusedStream for TrySkipWhile<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&T) -> Result<bool, E>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, F> Progress for TrySkipWhile<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&T) -> Result<bool, E>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for TrySkipWhile<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrySkipWhile")
            .field("input", &self.input)
            .field("skipping", &self.skipping)
            .finish_non_exhaustive()
    }
}
