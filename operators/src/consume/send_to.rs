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
    // Gone once it has ended, or the sink has failed.
    #[pin]
    input: Option<S>,
    #[pin]
    sink: K,
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
    /// # Completion
    ///
    /// Ready when the input has ended and the sink is closed, or with the first
    /// error of the sink. The input is dropped before the sink is closed, and
    /// before the error is handed out; a sink that has failed is not closed.
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
            input: Some(self.into_stream()),
            sink,
        }
    }
}

impl<S, K> Future for SendTo<S, K>
where
    S: Progress,
    K: Sink<S::Item>,
{
    type Output = Result<(), K::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let sent = ready!(self.as_mut().poll_send(cx));
        let mut this = self.project();
        this.input.set(None);
        match sent {
            Ok(()) => this.sink.poll_close(cx),
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl<S, K> SendTo<S, K>
where
    S: Progress,
    K: Sink<S::Item>,
{
    /// `Ready` when the input has ended or the sink has failed.
    fn poll_send(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), K::Error>> {
        let mut this = self.project();
        let Some(mut input) = this.input.as_pin_mut() else {
            return Poll::Ready(Ok(()));
        };
        for _ in 0..UNITS_PER_POLL {
            let Poll::Ready(room) = this.sink.as_mut().poll_ready(cx) else {
                let _moving = input.poll_progress(cx);
                return Poll::Pending;
            };
            room?;
            match input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => this.sink.as_mut().start_send(item)?,
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    ready!(this.sink.poll_flush(cx))?;
                    return Poll::Pending;
                }
            }
        }
        yield_after(input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug, K> fmt::Debug for SendTo<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendTo")
            .field("input", &self.input)
            .field("closing", &self.input.is_none())
            .finish_non_exhaustive()
    }
}
