use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::UntilErr;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::try_filter`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct TryFilter<S, F> {
    #[pin]
    input: UntilErr<S>,
    keep: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits the `Ok`s whose value passes a test, up to the first `Err`.
    ///
    /// # Completion
    ///
    /// Ends with the first `Err`, be it of the input or of `keep`. The input is
    /// dropped before that `Err` is handed out.
    ///
    /// # Errors
    ///
    /// A value for which `keep` gives an `Err` is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let results: Vec<_> = flow(stream::iter([Ok(1), Ok(2), Err("cut off"), Ok(4)]))
    ///     .try_filter(|n| Ok(n % 2 == 0))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(2), Err("cut off")]);
    /// # }
    /// ```
    pub fn try_filter<F>(self, keep: F) -> Flow<TryFilter<S, F>>
    where
        F: FnMut(&T) -> Result<bool, E>,
    {
        Flow::native(TryFilter {
            input: UntilErr::new(self.into_stream()),
            keep,
        })
    }
}

impl<S, T, E, F> Stream for TryFilter<S, F>
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
            match (this.keep)(&value) {
                Ok(false) => {}
                Ok(true) => return Poll::Ready(Some(Ok(value))),
                Err(error) => return this.input.end_with(error),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.input.size_hint().1)
    }
}

impl<S, T, E, F> FusedStream for TryFilter<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&T) -> Result<bool, E>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, F> Progress for TryFilter<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&T) -> Result<bool, E>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for TryFilter<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryFilter")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
