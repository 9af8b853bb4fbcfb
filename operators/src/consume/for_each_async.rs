use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Future for [`Flow::for_each_async`].
#[pin_project]
#[must_use = "futures do nothing unless awaited"]
pub struct ForEachAsync<S, F, Fut> {
    #[pin]
    input: S,
    f: F,
    #[pin]
    body: Option<Fut>,
    // True during a poll of the body; found true before one, the last poll
    // panicked.
    polling: bool,
}

impl<S: Progress> Flow<S> {
    /// Awaits the future that `f` makes of each item, one after the other.
    ///
    /// Ready once the input has ended and the last future is done. While a
    /// future waits, the work that the stream has admitted goes on.
    ///
    /// # Backpressure
    ///
    /// An item is taken only when the future of the item before it is done.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the body under way, and with it its item.
    ///
    /// # Panics
    ///
    /// A panic of `f` or of a future passes through to the caller of the poll,
    /// and its item is lost. Polled again, it goes on with the next item.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tokio::time::{Instant, sleep};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// let timed = async |_: u8| {
    ///     let start = Instant::now();
    ///     sleep(Duration::from_millis(10)).await;
    ///     start.elapsed()
    /// };
    /// flow(stream::iter([1, 2, 3]))
    ///     .map_async(2, timed)
    ///     .for_each_async(async |took| {
    ///         // None of them stood still while this body waited.
    ///         assert_eq!(took, Duration::from_millis(10));
    ///         sleep(Duration::from_millis(100)).await;
    ///     })
    ///     .await;
    ///
    /// assert_eq!(start.elapsed(), Duration::from_millis(310));
    /// # }
    /// ```
    pub fn for_each_async<F, Fut>(self, f: F) -> ForEachAsync<S, F, Fut>
    where
        F: FnMut(S::Item) -> Fut,
        Fut: Future<Output = ()>,
    {
        ForEachAsync {
            input: self.into_stream(),
            f,
            body: None,
            polling: false,
        }
    }
}

impl<S, F, Fut> Future for ForEachAsync<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future<Output = ()>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if mem::take(this.polling) {
            this.body.set(None);
        }
        for _ in 0..UNITS_PER_POLL {
            if let Some(body) = this.body.as_mut().as_pin_mut() {
                *this.polling = true;
                let polled = body.poll(cx);
                *this.polling = false;
                if polled.is_pending() {
                    let _moving = this.input.poll_progress(cx);
                    return Poll::Pending;
                }
                this.body.set(None);
            }
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(item) => this.body.set(Some((this.f)(item))),
                None => return Poll::Ready(()),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug, F, Fut> fmt::Debug for ForEachAsync<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForEachAsync")
            .field("input", &self.input)
            .field("busy", &self.body.is_some())
            .finish_non_exhaustive()
    }
}
