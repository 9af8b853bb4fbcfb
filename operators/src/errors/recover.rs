use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::UntilErr;
use crate::{Flow, Progress};

/// Stream for [`Flow::recover`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Recover<S, F> {
    #[pin]
    input: UntilErr<S>,
    // Gone once it has been called.
    f: Option<F>,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits the values of the `Ok`s, and at the first `Err` a last item made of it.
    ///
    /// What comes out are values, not results: no error is left.
    ///
    /// # Completion
    ///
    /// Ends with the item that `f` makes of the first `Err`, or when the input
    /// ends. The input is dropped before `f` is called.
    ///
    /// # Panics
    ///
    /// A panic of `f` passes through to the caller of the poll; the output has
    /// then ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let values: Vec<_> = flow(stream::iter([Ok(3), Err("broken pipe"), Ok(4)]))
    ///     .recover(|_error| 0)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(values, [3, 0]);
    /// # }
    /// ```
    pub fn recover<F>(self, f: F) -> Flow<Recover<S, F>>
    where
        F: FnOnce(E) -> T,
    {
        Flow::native(Recover {
            input: UntilErr::new(self.into_stream()),
            f: Some(f),
        })
    }
}

impl<S, T, E, F> Stream for Recover<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnOnce(E) -> T,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        Poll::Ready(match ready!(this.input.poll_next(cx)) {
            Some(Ok(value)) => Some(value),
            Some(Err(error)) => this.f.take().map(|f| f(error)),
            None => None,
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, T, E, F> FusedStream for Recover<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnOnce(E) -> T,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, F> Progress for Recover<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnOnce(E) -> T,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for Recover<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recover")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
