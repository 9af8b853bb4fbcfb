use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Future for [`Flow::fold`].
#[pin_project]
#[derive(Clone)]
#[must_use = "futures do nothing unless awaited"]
pub struct Fold<S, A, F> {
    #[pin]
    input: S,
    // Gone while `f` has it, and after the end.
    state: Option<A>,
    f: F,
}

impl<S: Progress> Flow<S> {
    /// Gives the state that `f` has made of `init` and of each item in turn.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the state.
    ///
    /// # Panics
    ///
    /// Passes on a panic of `f`. Polled again after that, or after its end,
    /// the future panics.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let largest = flow(stream::iter([3, 7, 5])).fold(0, |so_far, n| n.max(so_far)).await;
    ///
    /// assert_eq!(largest, 7);
    /// # }
    /// ```
    pub fn fold<A, F>(self, init: A, f: F) -> Fold<S, A, F>
    where
        F: FnMut(A, S::Item) -> A,
    {
        Fold {
            input: self.into_stream(),
            state: Some(init),
            f,
        }
    }
}

impl<S, A, F> Future for Fold<S, A, F>
where
    S: Progress,
    F: FnMut(A, S::Item) -> A,
{
    type Output = A;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<A> {
        let mut this = self.project();
        assert!(
            this.state.is_some(),
            "a `fold` was polled after its end or its panic"
        );
        let mut left = UNITS_PER_POLL;
        while left > 0 {
            let step = |item| {
                if let Some(state) = this.state.take() {
                    *this.state = Some((this.f)(state, item));
                }
            };
            match (
                ready!(this.input.as_mut().poll_many(cx, left, step)),
                &mut *this.state,
            ) {
                (Some(handed), Some(_)) => left -= handed,
                (None, state @ Some(_)) => {
                    if let Some(state) = state.take() {
                        return Poll::Ready(state);
                    }
                }
                (_, None) => unreachable!("a `fold` has its state whenever it is polled"),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug, A: fmt::Debug, F> fmt::Debug for Fold<S, A, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fold")
            .field("input", &self.input)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
