use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Sink;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Future for [`Flow::send_to`].
#[pin_project]
#[derive(Clone)]
#[must_use = "futures do nothing unless awaited"]
pub struct SendTo<S, K> {
    #[pin]
    input: S,
    #[pin]
    sink: K,
    // The input has ended; the sink is being closed.
    closing: bool,
}

impl<S: Progress> Flow<S> {
    /// Sends each item to a sink, and closes it once the input has ended.
    ///
    /// Any [`Sink`] will do: a sender of a `futures` channel, a codec over a
    /// socket, or a `tokio` sender in a `PollSender` of `tokio-util`. Lend
    /// one with `&mut` to get it back, closed. While no item is there the sink
    /// is flushed; while the sink is busy the work that the stream has admitted
    /// goes on.
    ///
    /// # Backpressure
    ///
    /// An item is taken only when the sink is ready for it.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses nothing that the sink has not already
    /// taken: no item waits between the two.
    ///
    /// # Errors
    ///
    /// Ready with the first error of the sink. The item that the sink
    /// refused in `start_send` is gone, as the `Sink` trait has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::channel::mpsc;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (sender, receiver) = mpsc::channel(1);
    /// let sending = flow(1..=3).map(|n| n * n).send_to(sender);
    /// let receiving = flow(receiver).collect::<Vec<_>>();
    ///
    /// assert_eq!(futures::join!(sending, receiving), (Ok(()), vec![1, 4, 9]));
    /// # }
    /// ```
    pub fn send_to<K>(self, sink: K) -> SendTo<S, K>
    where
        K: Sink<S::Item>,
    {
        SendTo {
            input: self.into_inner(),
            sink,
            closing: false,
        }
    }
}

impl<S, K> Future for SendTo<S, K>
where
    S: Progress,
    K: Sink<S::Item>,
{
    type Output = Result<(), K::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            if *this.closing {
                return this.sink.poll_close(cx);
            }
            let Poll::Ready(room) = this.sink.as_mut().poll_ready(cx) else {
                let _moving = this.input.poll_progress(cx);
                return Poll::Pending;
            };
            room?;
            match this.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => this.sink.as_mut().start_send(item)?,
                Poll::Ready(None) => *this.closing = true,
                Poll::Pending => {
                    ready!(this.sink.poll_flush(cx))?;
                    return Poll::Pending;
                }
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug, K> fmt::Debug for SendTo<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendTo")
            .field("input", &self.input)
            .field("closing", &self.closing)
            .finish_non_exhaustive()
    }
}
