use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::errors::UntilErr;
use crate::{Flow, Progress};

/// Future for [`Flow::try_for_each_async`].
#[pin_project]
#[must_use = "futures do nothing unless awaited"]
pub struct TryForEachAsync<S, F, Fut> {
    #[pin]
    input: UntilErr<S>,
    f: F,
    #[pin]
    body: Option<Fut>,
    // True during a poll of the body; found true before one, the last poll
    // panicked.
    polling: bool,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Awaits the future that `f` makes of each value, up to the first error.
    ///
    /// The futures run one after the other. While one waits, the work that the
    /// stream has admitted goes on.
    ///
    /// # Completion
    ///
    /// Ready when the input has ended and the last future is done, or at the first
    /// `Err`, be it of the input or of a future; the input is dropped then.
    ///
    /// # Backpressure
    ///
    /// An item is taken only when the future of the item before it is done.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the body under way, and with it its value.
    ///
    /// # Errors
    ///
    /// The error of the first `Err`.
    ///
    /// # Panics
    ///
    /// A panic of `f` or of a future passes through to the caller of the poll,
    /// and its value is lost. Polled again, it goes on with the next item.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tokio::sync::mpsc;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (outbox, mut inbox) = mpsc::channel(8);
    /// let done = flow(stream::iter([Ok(1), Ok(2), Err("cut off")]))
    ///     .try_for_each_async(async |n| outbox.send(n).await.or(Err("nobody listens")))
    ///     .await;
    ///
    /// assert_eq!(done, Err("cut off"));
    /// assert_eq!(inbox.recv().await, Some(1));
    /// assert_eq!(inbox.recv().await, Some(2));
    /// # }
    /// ```
    pub fn try_for_each_async<F, Fut>(self, f: F) -> TryForEachAsync<S, F, Fut>
    where
        F: FnMut(T) -> Fut,
        Fut: Future<Output = Result<(), E>>,
    {
        TryForEachAsync {
            input: UntilErr::new(self.into_stream()),
            f,
            body: None,
            polling: false,
        }
    }
}

impl<S, T, E, F, Fut> Future for TryForEachAsync<S, F, Fut>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> Fut,
    Fut: Future<Output = Result<(), E>>,
{
    type Output = Result<(), E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if mem::take(this.polling) {
            this.body.set(None);
        }
        for _ in 0..UNITS_PER_POLL {
            if let Some(body) = this.body.as_mut().as_pin_mut() {
                *this.polling = true;
                let polled = body.poll(cx);
                *this.polling = false;
                let Poll::Ready(done) = polled else {
                    let _moving = this.input.poll_progress(cx);
                    return Poll::Pending;
                };
                this.body.set(None);
                if done.is_err() {
                    this.input.end();
                    return Poll::Ready(done);
                }
            }
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(Ok(value)) => this.body.set(Some((this.f)(value))),
                Some(Err(error)) => return Poll::Ready(Err(error)),
                None => return Poll::Ready(Ok(())),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug, F, Fut> fmt::Debug for TryForEachAsync<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryForEachAsync")
            .field("input", &self.input)
            .field("busy", &self.body.is_some())
            .finish_non_exhaustive()
    }
}
