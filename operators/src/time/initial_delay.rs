use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::countdown::Countdown;
use crate::{Flow, Progress};

/// Stream for [`Flow::initial_delay`].
#[pin_project]
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct InitialDelay<S> {
    #[pin]
    input: S,
    // Gone when it is over.
    wait: Option<Countdown>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, but takes none until `wait` has passed.
    ///
    /// The time counts from the first poll. Until it is over the input is not
    /// asked for an item, only driven, so a source that begins at its first poll
    /// begins late.
    ///
    /// # Panics
    ///
    /// A wait needs a tokio runtime with the timer enabled; polling outside of
    /// one panics.
    ///
    /// # Units
    ///
    /// `wait` is measured on tokio's clock, to its resolution of one millisecond.
    /// [`Duration::ZERO`] does not wait; a wait past the end of the clock is
    /// never over.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tokio::time::Instant;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let wait = Duration::from_millis(10);
    /// let start = Instant::now();
    /// let items: Vec<_> = flow(stream::iter([1, 2])).initial_delay(wait).collect().await;
    ///
    /// assert_eq!(items, [1, 2]);
    /// assert_eq!(start.elapsed(), wait);
    /// # }
    /// ```
    pub fn initial_delay(self, wait: Duration) -> Flow<InitialDelay<S>> {
        Flow::native(InitialDelay {
            input: self.into_stream(),
            wait: Some(Countdown::new(wait)),
        })
    }
}

impl<S: Progress> Stream for InitialDelay<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if let Some(wait) = this.wait {
            if wait.poll_over(cx).is_pending() {
                let _moving = this.input.poll_progress(cx);
                return Poll::Pending;
            }
            *this.wait = None;
        }
        this.input.poll_next(cx)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S: Progress + FusedStream> FusedStream for InitialDelay<S> {
    fn is_terminated(&self) -> bool {
        self.wait.is_none() && self.input.is_terminated()
    }
}

impl<S: Progress> Progress for InitialDelay<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if let Some(wait) = this.wait {
            wait.begin();
        }
        this.input.poll_progress(cx)
    }
}
