use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::UntilErr;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::try_filter_map`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct TryFilterMap<S, F> {
    #[pin]
    input: UntilErr<S>,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits what `f` makes of the value of some `Ok`s, up to the first `Err`.
    ///
    /// Nothing is emitted where `f` gives `Ok(None)`.
    ///
    /// # Completion
    ///
    /// Ends with the first `Err`, be it of the input or of `f`. The input is
    /// dropped before that `Err` is handed out.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines = stream::iter([Ok("7"), Ok(""), Ok("seven"), Ok("8")]);
    /// let results: Vec<_> = flow(lines)
    ///     .try_filter_map(|line| match line {
    ///         "" => Ok(None),
    ///         line => line.parse::<u32>().map(Some).map_err(|_| line),
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(7), Err("seven")]);
    /// # }
    /// ```
    pub fn try_filter_map<U, F>(self, f: F) -> Flow<TryFilterMap<S, F>>
    where
        F: FnMut(T) -> Result<Option<U>, E>,
    {
        Flow::native(TryFilterMap {
            input: UntilErr::new(self.into_stream()),
            f,
        })
    }
}

impl<S, T, E, U, F> Stream for TryFilterMap<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> Result<Option<U>, E>,
{
    type Item = Result<U, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let made = match ready!(this.input.as_mut().poll_next(cx)) {
                Some(Ok(value)) => (this.f)(value),
                Some(Err(error)) => Err(error),
                None => return Poll::Ready(None),
            };
            match made {
                Ok(None) => {}
                Ok(Some(made)) => return Poll::Ready(Some(Ok(made))),
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

impl<S, T, E, U, F> FusedStream for TryFilterMap<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> Result<Option<U>, E>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, U, F> Progress for TryFilterMap<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> Result<Option<U>, E>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for TryFilterMap<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryFilterMap")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
