use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::until_err`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct UntilErr<S> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits every result up to and with the first `Err`, then ends.
    ///
    /// Put after an operator that treats results as items like any other, it
    /// makes a chain stop at its first error, as all `try_` methods do.
    /// `map_async(n, f).until_err()` is a fallible step with several futures
    /// under way: those behind the first `Err` are dropped with it.
    ///
    /// # Completion
    ///
    /// Ends with the first `Err`; the input is dropped before it is handed out.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let results: Vec<_> = flow(stream::iter([4, 2, 0, 1]))
    ///     .map_async(2, async |n: u32| 8_u32.checked_div(n).ok_or("division by 0"))
    ///     .until_err()
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(2), Ok(4), Err("division by 0")]);
    /// # }
    /// ```
    pub fn until_err(self) -> Flow<UntilErr<S>> {
        Flow::native(UntilErr::new(self.into_stream()))
    }
}

impl<S> UntilErr<S> {
    pub(crate) fn new(input: S) -> Self {
        Self { input: Some(input) }
    }

    /// Drops the input; nothing more comes then.
    pub(crate) fn end(self: Pin<&mut Self>) {
        self.project().input.set(None);
    }

    /// Drops the input, and hands out a last `Err`.
    pub(super) fn end_with<T, E>(self: Pin<&mut Self>, error: E) -> Poll<Option<Result<T, E>>> {
        self.project().input.set(None);
        Poll::Ready(Some(Err(error)))
    }
}

impl<S, T, E> Stream for UntilErr<S>
where
    S: Progress<Item = Result<T, E>>,
{
    type Item = Result<T, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(input.poll_next(cx));
        if !matches!(item, Some(Ok(_))) {
            this.input.set(None);
        }
        Poll::Ready(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            return (0, Some(0));
        };
        // The very next one may be an `Err`.
        let (lower, upper) = input.size_hint();
        (lower.min(1), upper)
    }
}

impl<S, T, E> FusedStream for UntilErr<S>
where
    S: Progress<Item = Result<T, E>>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S, T, E> Progress for UntilErr<S>
where
    S: Progress<Item = Result<T, E>>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}
