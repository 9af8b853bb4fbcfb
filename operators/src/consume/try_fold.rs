use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::errors::UntilErr;
use crate::{Flow, Progress};

/// Future for [`Flow::try_fold`].
#[pin_project]
#[derive(Clone)]
#[must_use = "futures do nothing unless awaited"]
pub struct TryFold<S, A, F> {
    #[pin]
    input: UntilErr<S>,
    // Gone while `f` has it, and after the end.
    state: Option<A>,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Gives the state that `f` has made of `init` and of each value, or the first error.
    ///
    /// # Completion
    ///
    /// Ready when the input has ended, or at the first `Err`, be it of the input or
    /// of `f`; the input and the state are dropped then.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the state.
    ///
    /// # Errors
    ///
    /// The error of the first `Err`.
    ///
    /// # Panics
    ///
    /// Passes on a panic of `f`. Polled again after that, or after its end, the
    /// future panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let sizes = flow(stream::iter([Ok(100_u8), Ok(100), Ok(100)]));
    /// let sum = sizes.try_fold(0_u8, |sum, n| sum.checked_add(n).ok_or("too large")).await;
    ///
    /// assert_eq!(sum, Err("too large"));
    /// # }
    /// ```
    pub fn try_fold<A, F>(self, init: A, f: F) -> TryFold<S, A, F>
    where
        F: FnMut(A, T) -> Result<A, E>,
    {
        TryFold {
            input: UntilErr::new(self.into_stream()),
            state: Some(init),
            f,
        }
    }
}

impl<S, T, E, A, F> Future for TryFold<S, A, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(A, T) -> Result<A, E>,
{
    type Output = Result<A, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        assert!(
            this.state.is_some(),
            "a `try_fold` was polled after its end or its panic"
        );
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(this.input.as_mut().poll_next(cx));
            let Some(state) = this.state.take() else {
                unreachable!("a `try_fold` has its state whenever it is polled");
            };
            let folded = match item {
                Some(Ok(value)) => (this.f)(state, value),
                Some(Err(error)) => Err(error),
                None => return Poll::Ready(Ok(state)),
            };
            match folded {
                Ok(state) => *this.state = Some(state),
                Err(error) => {
                    this.input.end();
                    return Poll::Ready(Err(error));
                }
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug, A: fmt::Debug, F> fmt::Debug for TryFold<S, A, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryFold")
            .field("input", &self.input)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
