use std::future::Future;
use std::iter;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::errors::UntilErr;
use crate::{Flow, Progress};

/// Future for [`Flow::try_collect`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct TryCollect<S, C> {
    #[pin]
    input: UntilErr<S>,
    collection: C,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Gives a collection of the values of all `Ok`s, or the first error.
    ///
    /// # Completion
    ///
    /// Ready when the input has ended, or at the first `Err`; the input and the
    /// values collected so far are dropped then.
    ///
    /// # Backpressure
    ///
    /// None: the collection grows as long as the input goes on.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the values collected so far.
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
    /// let readings = stream::iter([Ok(7), Ok(8), Err("sensor lost")]);
    /// let all: Result<Vec<u32>, _> = flow(readings).try_collect().await;
    ///
    /// assert_eq!(all, Err("sensor lost"));
    /// # }
    /// ```
    pub fn try_collect<C>(self) -> TryCollect<S, C>
    where
        C: Default + Extend<T>,
    {
        TryCollect {
            input: UntilErr::new(self.into_stream()),
            collection: C::default(),
        }
    }
}

impl<S, T, E, C> Future for TryCollect<S, C>
where
    S: Progress<Item = Result<T, E>>,
    C: Default + Extend<T>,
{
    type Output = Result<C, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(Ok(value)) => this.collection.extend(iter::once(value)),
                Some(Err(error)) => {
                    *this.collection = C::default();
                    return Poll::Ready(Err(error));
                }
                None => return Poll::Ready(Ok(mem::take(this.collection))),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}
