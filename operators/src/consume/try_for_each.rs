use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::errors::UntilErr;
use crate::{Flow, Progress};

/// Future for [`Flow::try_for_each`].
#[pin_project]
#[derive(Clone)]
#[must_use = "futures do nothing unless awaited"]
pub struct TryForEach<S, F> {
    #[pin]
    input: UntilErr<S>,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Gives the value of each `Ok` to `f`, up to the first error.
    ///
    /// # Completion
    ///
    /// Ready when the input has ended, or at the first `Err`, be it of the input or
    /// of `f`; the input is dropped then.
    ///
    /// # Errors
    ///
    /// The error of the first `Err`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut seen = Vec::new();
    /// let done = flow(stream::iter([Ok("a"), Err("cut off"), Ok("b")]))
    ///     .try_for_each(|item| {
    ///         seen.push(item);
    ///         Ok(())
    ///     })
    ///     .await;
    ///
    /// assert_eq!(done, Err("cut off"));
    /// assert_eq!(seen, ["a"]);
    /// # }
    /// ```
    pub fn try_for_each<F>(self, f: F) -> TryForEach<S, F>
    where
        F: FnMut(T) -> Result<(), E>,
    {
        TryForEach {
            input: UntilErr::new(self.into_stream()),
            f,
        }
    }
}

impl<S, T, E, F> Future for TryForEach<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> Result<(), E>,
{
    type Output = Result<(), E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let done = match ready!(this.input.as_mut().poll_next(cx)) {
                Some(result) => result.and_then(&mut *this.f),
                None => return Poll::Ready(Ok(())),
            };
            if done.is_err() {
                this.input.end();
                return Poll::Ready(done);
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug, F> fmt::Debug for TryForEach<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryForEach")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
