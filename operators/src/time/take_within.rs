use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::countdown::Countdown;
use crate::{Flow, Progress};

/// Stream for [`Flow::take_within`].
#[pin_project]
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct TakeWithin<S> {
    // Gone at the end and once the time is over.
    #[pin]
    input: Option<S>,
    time: Countdown,
}

impl<S: Progress> Flow<S> {
    /// Emits the items that are taken within `time`, then ends.
    ///
    /// The time counts from the first poll. An input that is always ready is
    /// ended in time too. Where an end by the clock is a failure, use
    /// [`timeout_total`](Self::timeout_total).
    ///
    /// # Completion
    ///
    /// Ends with the input, or when the time is over; the input is dropped
    /// then, even while the output is blocked.
    ///
    /// # Panics
    ///
    /// Needs a tokio runtime with the timer enabled; polling outside of one
    /// panics.
    ///
    /// # Units
    ///
    /// `time` is measured on tokio's clock, to its resolution of one millisecond.
    /// [`Duration::ZERO`] ends at once; a time past the end of the clock is
    /// never over.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::source::{MissedTick, interval};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let ticks: Vec<_> = interval(Duration::from_millis(10), MissedTick::Burst)
    ///     .take_within(Duration::from_millis(25))
    ///     .collect()
    ///     .await;
    ///
    /// // At 0 ms, 10 ms and 20 ms.
    /// assert_eq!(ticks.len(), 3);
    /// # }
    /// ```
    pub fn take_within(self, time: Duration) -> Flow<TakeWithin<S>> {
        Flow::native(TakeWithin {
            input: Some(self.into_stream()),
            time: Countdown::new(time),
        })
    }
}

impl<S: Progress> Stream for TakeWithin<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        if !this.time.is_over() {
            match input.poll_next(cx) {
                Poll::Ready(Some(item)) => return Poll::Ready(Some(item)),
                Poll::Ready(None) => {}
                Poll::Pending => ready!(this.time.poll_over(cx)),
            }
        }
        this.input.set(None);
        this.time.stop();
        Poll::Ready(None)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.input {
            Some(input) if self.time.is_endless() => input.size_hint(),
            Some(input) => (0, input.size_hint().1),
            None => (0, Some(0)),
        }
    }
}

impl<S: Progress> FusedStream for TakeWithin<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S: Progress> Progress for TakeWithin<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        if this.time.poll_over(cx).is_ready() {
            this.input.set(None);
            return Poll::Ready(());
        }
        let progress = input.poll_progress(cx);
        if this.time.is_endless() {
            progress
        } else {
            Poll::Pending
        }
    }
}
