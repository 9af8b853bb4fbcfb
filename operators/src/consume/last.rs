use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Future for [`Flow::last`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Last<S: Progress> {
    #[pin]
    input: S,
    // The latest item.
    held: Option<S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Gives the last item, once the input has ended; `None` of an empty stream.
    ///
    /// # Backpressure
    ///
    /// One item is held, the latest.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the item held.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let last = flow(stream::iter([1, 2, 3])).last().await;
    ///
    /// assert_eq!(last, Some(3));
    /// # }
    /// ```
    pub fn last(self) -> Last<S> {
        Last {
            input: self.into_stream(),
            held: None,
        }
    }
}

impl<S: Progress> Future for Last<S> {
    type Output = Option<S::Item>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(this.input.as_mut().poll_next(cx));
            if item.is_none() {
                return Poll::Ready(this.held.take());
            }
            *this.held = item;
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}
