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

/// Stream for [`Flow::timeout_total`].
#[pin_project]
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct TimeoutTotal<S> {
    // Gone at the end and once the time is over.
    #[pin]
    input: Option<S>,
    limit: Countdown,
    // The time was over while the output was blocked.
    failed: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item as `Ok`, and an error if the end has not come within `limit`.
    ///
    /// The time counts from the first poll. An input that is always ready fails
    /// in time too.
    ///
    /// # Completion
    ///
    /// Ends with the input, or with the error. The input is dropped once the
    /// time is over, even while the output is blocked.
    ///
    /// # Errors
    ///
    /// [`TimedOut::Total`], once, as the last item.
    ///
    /// # Panics
    ///
    /// Needs a tokio runtime with the timer enabled; polling outside of one
    /// panics.
    ///
    /// # Units
    ///
    /// `limit` is measured on tokio's clock, to its resolution of one
    /// millisecond. [`Duration::ZERO`] fails at once; a limit past the end of
    /// the clock never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::source::{MissedTick, interval};
    /// use millpond_operators::time::TimedOut;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let limit = Duration::from_secs(5);
    /// let ticks: Vec<_> = interval(Duration::from_secs(2), MissedTick::Burst)
    ///     .enumerate()
    ///     .map(|(index, _)| index)
    ///     .timeout_total(limit)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(ticks, [Ok(0), Ok(1), Ok(2), Err(TimedOut::Total(limit))]);
    /// # }
    /// ```
    pub fn timeout_total(self, limit: Duration) -> Flow<TimeoutTotal<S>> {
        Flow::native(TimeoutTotal {
            input: Some(self.into_stream()),
            limit: Countdown::new(limit),
            failed: false,
        })
    }
}

impl<S: Progress> Stream for TimeoutTotal<S> {
    type Item = Result<S::Item, TimedOut>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let error = TimedOut::Total(this.limit.wait());
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            let failed = mem::take(this.failed);
            return Poll::Ready(failed.then_some(Err(error)));
        };
        if !this.limit.is_over() {
            match input.poll_next(cx) {
                Poll::Ready(Some(item)) => return Poll::Ready(Some(Ok(item))),
                Poll::Ready(None) => {
                    this.input.set(None);
                    this.limit.stop();
                    return Poll::Ready(None);
                }
                Poll::Pending => ready!(this.limit.poll_over(cx)),
            }
        }
        this.input.set(None);
        this.limit.stop();
        Poll::Ready(Some(Err(error)))
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

impl<S: Progress> FusedStream for TimeoutTotal<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none() && !self.failed
    }
}

impl<S: Progress> Progress for TimeoutTotal<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        if this.limit.poll_over(cx).is_ready() {
            this.input.set(None);
            *this.failed = true;
            return Poll::Ready(());
        }
        let progress = input.poll_progress(cx);
        if this.limit.is_endless() {
            progress
        } else {
            Poll::Pending
        }
    }
}
