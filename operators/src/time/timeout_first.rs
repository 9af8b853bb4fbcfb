use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::TimedOut;
use super::countdown::Countdown;
use crate::{Flow, Progress};

/// Stream for [`Flow::timeout_first`].
#[pin_project]
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct TimeoutFirst<S> {
    // Gone at the end and at the error.
    #[pin]
    input: Option<S>,
    // Gone with the first item.
    silence: Option<Countdown>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item as `Ok`, and an error if the first takes longer than `limit`.
    ///
    /// The time counts from the first poll for an item. Once an item has come,
    /// no other is timed.
    ///
    /// # Completion
    ///
    /// Ends with the input, or with the error; the input is dropped before the
    /// error is handed out.
    ///
    /// # Errors
    ///
    /// [`TimedOut::First`], once, as the only item.
    ///
    /// # Panics
    ///
    /// A wait needs a tokio runtime with the timer enabled; polling outside of
    /// one panics.
    ///
    /// # Units
    ///
    /// `limit` is measured on tokio's clock, to its resolution of one
    /// millisecond. [`Duration::ZERO`] fails unless the first item is ready at
    /// the first poll; a limit past the end of the clock never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::time::TimedOut;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let limit = Duration::from_secs(5);
    /// let silent = stream::pending::<u8>();
    /// let items: Vec<_> = flow(silent).timeout_first(limit).collect().await;
    ///
    /// assert_eq!(items, [Err(TimedOut::First(limit))]);
    /// # }
    /// ```
    pub fn timeout_first(self, limit: Duration) -> Flow<TimeoutFirst<S>> {
        Flow::native(TimeoutFirst {
            input: Some(self.into_stream()),
            silence: Some(Countdown::new(limit)),
        })
    }
}

impl<S: Progress> Stream for TimeoutFirst<S> {
    type Item = Result<S::Item, TimedOut>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let polled = input.poll_next(cx);
        let Some(silence) = this.silence else {
            let item = ready!(polled);
            if item.is_none() {
                this.input.set(None);
            }
            return Poll::Ready(item.map(Ok));
        };
        let limit = silence.wait();
        let item = match polled {
            Poll::Ready(Some(item)) => Some(Ok(item)),
            Poll::Ready(None) => {
                this.input.set(None);
                None
            }
            Poll::Pending => {
                ready!(silence.poll_over(cx));
                this.input.set(None);
                Some(Err(TimedOut::First(limit)))
            }
        };
        *this.silence = None;
        Poll::Ready(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            return (0, Some(0));
        };
        let (lower, upper) = input.size_hint();
        if self.silence.is_none() {
            return (lower, upper);
        }
        // The error takes the place of all items.
        (lower.min(1), upper.map(|upper| upper.max(1)))
    }
}

impl<S: Progress> FusedStream for TimeoutFirst<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S: Progress> Progress for TimeoutFirst<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}
