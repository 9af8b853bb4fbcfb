use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::TimedOut;
use super::countdown::Countdown;
use crate::{Flow, Progress};

/// Stream for [`Flow::timeout_idle`].
#[pin_project]
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct TimeoutIdle<S> {
    // Gone at the end and at the error.
    #[pin]
    input: Option<S>,
    // Begins when the input is first found pending after an item.
    silence: Countdown,
}

impl<S: Progress> Flow<S> {
    /// Emits every item as `Ok`, and an error once none has come for `limit`.
    ///
    /// The silence begins when an item is asked for and there is none, and it
    /// ends with the next item. The time of a consumer that is busy with an item
    /// does not count, so a slow consumer is not taken for an idle input; that
    /// is what [`timeout_backpressure`](Self::timeout_backpressure) is for. In
    /// a silence that has begun, the time from a call of
    /// [`poll_progress`](Progress::poll_progress) until an item is asked for
    /// again does not count either. A consumer that stops asking and makes no
    /// such call finds that the time went on.
    ///
    /// To go on after a silence, put something in its place with
    /// [`keep_alive`](Self::keep_alive) instead.
    ///
    /// # Completion
    ///
    /// Ends with the input, or with the error; the input is dropped before the
    /// error is handed out.
    ///
    /// # Errors
    ///
    /// [`TimedOut::Idle`], once, as the last item.
    ///
    /// # Panics
    ///
    /// A wait needs a tokio runtime with the timer enabled; polling outside of
    /// one panics.
    ///
    /// # Units
    ///
    /// `limit` is measured on tokio's clock, to its resolution of one
    /// millisecond. [`Duration::ZERO`] fails at the first poll at which no item
    /// is ready; a limit past the end of the clock never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::flow;
    /// use millpond_operators::time::TimedOut;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let limit = Duration::from_secs(5);
    /// let falls_silent = stream::iter([1, 2]).chain(stream::pending());
    /// let items: Vec<_> = flow(falls_silent).timeout_idle(limit).collect().await;
    ///
    /// assert_eq!(items, [Ok(1), Ok(2), Err(TimedOut::Idle(limit))]);
    /// # }
    /// ```
    pub fn timeout_idle(self, limit: Duration) -> Flow<TimeoutIdle<S>> {
        Flow::native(TimeoutIdle {
            input: Some(self.into_stream()),
            silence: Countdown::new(limit),
        })
    }
}

impl<S: Progress> Stream for TimeoutIdle<S> {
    type Item = Result<S::Item, TimedOut>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        match input.poll_next(cx) {
            Poll::Ready(Some(item)) => {
                this.silence.rewind();
                Poll::Ready(Some(Ok(item)))
            }
            Poll::Ready(None) => {
                this.input.set(None);
                this.silence.stop();
                Poll::Ready(None)
            }
            Poll::Pending => {
                ready!(this.silence.poll_over(cx));
                this.input.set(None);
                Poll::Ready(Some(Err(TimedOut::Idle(this.silence.wait()))))
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            return (0, Some(0));
        };
        let (lower, upper) = input.size_hint();
        (lower.min(1), upper.and_then(|upper| upper.checked_add(1)))
    }
}

impl<S: Progress> FusedStream for TimeoutIdle<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S: Progress> Progress for TimeoutIdle<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.silence.pause();
        match this.input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}
