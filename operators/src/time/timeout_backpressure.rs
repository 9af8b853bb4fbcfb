use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::TimedOut;
use super::countdown::Countdown;
use crate::{Flow, Progress};

/// Stream for [`Flow::timeout_backpressure`].
#[pin_project]
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct TimeoutBackpressure<S> {
    // Gone at the end and once the time is over.
    #[pin]
    input: Option<S>,
    // Runs while nobody asks for an item.
    blocked: Countdown,
    asked: bool,
    // The time was over while the output was blocked.
    failed: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item as `Ok`, and an error if nobody asks for one for `limit`.
    ///
    /// The time counts from when an item is handed out, or from when the output
    /// is first found blocked, to the next poll for an item. Time for which an
    /// item is asked for and none comes does not count. Put before each
    /// consumer of a shared stream, this drops those that are too slow, so that
    /// they do not hold up the others.
    ///
    /// # Completion
    ///
    /// Ends with the input, or with the error. The input is dropped once the
    /// time is over, while the output is still blocked, as long as
    /// [`poll_progress`](Progress::poll_progress) is called; a consumer that
    /// does not call it gets the error when it asks too late.
    ///
    /// # Errors
    ///
    /// [`TimedOut::Backpressure`], once, as the last item.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `limit` is zero. Needs a tokio runtime with the
    /// timer enabled; polling outside of one panics.
    ///
    /// # Units
    ///
    /// `limit` is measured on tokio's clock, to its resolution of one
    /// millisecond; one past the end of the clock never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::time::TimedOut;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let limit = Duration::from_secs(5);
    /// let mut seen = Vec::new();
    /// flow(stream::iter([1, 10, 1, 1]))
    ///     .timeout_backpressure(limit)
    ///     .inspect(|item| seen.push(*item))
    ///     .for_each_async(async |item| sleep(Duration::from_secs(item.unwrap_or(0))).await)
    ///     .await;
    ///
    /// assert_eq!(seen, [Ok(1), Ok(10), Err(TimedOut::Backpressure(limit))]);
    /// # }
    /// ```
    #[track_caller]
    pub fn timeout_backpressure(self, limit: Duration) -> Flow<TimeoutBackpressure<S>> {
        assert!(
            !limit.is_zero(),
            "no consumer keeps a `timeout_backpressure` of zero; give a longer one"
        );
        Flow::native(TimeoutBackpressure {
            input: Some(self.into_stream()),
            blocked: Countdown::new(limit),
            asked: true,
            failed: false,
        })
    }
}

impl<S: Progress> Stream for TimeoutBackpressure<S> {
    type Item = Result<S::Item, TimedOut>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let error = TimedOut::Backpressure(this.blocked.wait());
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            let failed = mem::take(this.failed);
            return Poll::Ready(failed.then_some(Err(error)));
        };
        if !*this.asked && this.blocked.is_over() {
            this.input.set(None);
            this.blocked.stop();
            return Poll::Ready(Some(Err(error)));
        }
        *this.asked = true;
        this.blocked.rewind();
        this.blocked.stop();
        let item = ready!(input.poll_next(cx));
        if item.is_some() {
            *this.asked = false;
            this.blocked.begin();
        } else {
            this.input.set(None);
        }
        Poll::Ready(item.map(Ok))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            let owed = usize::from(self.failed);
            return (owed, Some(owed));
        };
        let (lower, upper) = input.size_hint();
        (lower.min(1), upper.and_then(|upper| upper.checked_add(1)))
    }
}

impl<S: Progress> FusedStream for TimeoutBackpressure<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none() && !self.failed
    }
}

impl<S: Progress> Progress for TimeoutBackpressure<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        *this.asked = false;
        if this.blocked.poll_over(cx).is_ready() {
            this.input.set(None);
            *this.failed = true;
            return Poll::Ready(());
        }
        let progress = input.poll_progress(cx);
        if this.blocked.is_endless() {
            progress
        } else {
            Poll::Pending
        }
    }
}
