use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::solo::Solo;
use crate::{Flow, Progress};

/// Stream for [`Flow::take_until`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct TakeUntil<S, Fut> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    #[pin]
    stop: Solo<Fut>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item until `stop` is ready, then ends.
    ///
    /// Each poll asks `stop` first: an item that is ready at the same time is
    /// left out. `stop` is not boxed, so where it is an `async` block the output is
    /// pinned before items are taken from it by hand.
    ///
    /// # Completion
    ///
    /// Ends as soon as `stop` is ready, whatever it gives; the input is dropped
    /// then. An input that ends sooner ends the output and drops `stop`.
    ///
    /// # Backpressure
    ///
    /// While the output is blocked, [`poll_progress`](Progress::poll_progress)
    /// drives `stop`, and drops the input as soon as it is ready.
    ///
    /// # Panics
    ///
    /// A panic of `stop` passes through to the caller of the poll; the output has
    /// then ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let every_10_ms = flow(stream::iter(1..)).then(async |n| {
    ///     sleep(Duration::from_millis(10)).await;
    ///     n
    /// });
    /// let in_time: Vec<_> = every_10_ms
    ///     .take_until(sleep(Duration::from_millis(35)))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(in_time, [1, 2, 3]);
    /// # }
    /// ```
    pub fn take_until<Fut: Future>(self, stop: Fut) -> Flow<TakeUntil<S, Fut>> {
        Flow::native(TakeUntil {
            input: Some(self.into_stream()),
            stop: Solo::busy(stop),
        })
    }
}

impl<S: Progress, Fut: Future> TakeUntil<S, Fut> {
    /// Gives the input, unless it is time to stop.
    fn poll_stop(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Pin<&mut Option<S>> {
        let mut this = self.project();
        if this.stop.has_panicked() || this.stop.as_mut().poll(cx).is_ready() {
            this.input.set(None);
        }
        if this.input.is_none() {
            this.stop.stop();
        }
        this.input
    }
}

impl<S: Progress, Fut: Future> Stream for TakeUntil<S, Fut> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let Some(input) = self.as_mut().poll_stop(cx).as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(input.poll_next(cx));
        if item.is_none() {
            let mut this = self.project();
            this.input.set(None);
            this.stop.stop();
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.stop.has_panicked() {
            return (0, Some(0));
        }
        let upper = self.input.as_ref().map_or(Some(0), |s| s.size_hint().1);
        (0, upper)
    }
}

impl<S: Progress, Fut: Future> FusedStream for TakeUntil<S, Fut> {
    fn is_terminated(&self) -> bool {
        self.stop.has_panicked() || self.input.is_none()
    }
}

impl<S: Progress, Fut: Future> Progress for TakeUntil<S, Fut> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(input) = self.as_mut().poll_stop(cx).as_pin_mut() else {
            return Poll::Ready(());
        };
        let _moving = input.poll_progress(cx);
        // `stop` is under way as well.
        Poll::Pending
    }
}

impl<S: fmt::Debug, Fut> fmt::Debug for TakeUntil<S, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TakeUntil")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
