use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project::pin_project;

use super::Ignore;
use crate::concurrent::MapAsyncUnordered;
use crate::{Flow, Progress};

/// Future for [`Flow::for_each_concurrent`].
#[pin_project]
#[must_use = "futures do nothing unless awaited"]
pub struct ForEachConcurrent<S, F, Fut: Future> {
    #[pin]
    done: Ignore<MapAsyncUnordered<S, F, Fut>>,
}

impl<S: Progress> Flow<S> {
    /// Awaits the futures that `f` makes of the items, several at a time.
    ///
    /// Ready once the input has ended and every future is done.
    ///
    /// # Backpressure
    ///
    /// An item is taken when fewer than `max_in_flight` futures are under way.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops those under way, and with them their items.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_in_flight` is zero. A panic of `f` or of
    /// a future passes through to the caller of the poll. Polled again, it
    /// takes no further item and is ready at once.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::flow;
    /// use tokio::time::{Instant, sleep};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// flow([30, 20, 10])
    ///     .for_each_concurrent(2, async |ms| sleep(Duration::from_millis(ms)).await)
    ///     .await;
    ///
    /// assert_eq!(start.elapsed(), Duration::from_millis(30));
    /// # }
    /// ```
    #[track_caller]
    pub fn for_each_concurrent<F, Fut>(
        self,
        max_in_flight: usize,
        f: F,
    ) -> ForEachConcurrent<S, F, Fut>
    where
        F: FnMut(S::Item) -> Fut,
        Fut: Future<Output = ()>,
    {
        assert!(
            max_in_flight > 0,
            "`for_each_concurrent` with 0 futures in flight would never end; give at least 1"
        );
        ForEachConcurrent {
            done: self.map_async_unordered(max_in_flight, f).ignore(),
        }
    }
}

impl<S, F, Fut> Future for ForEachConcurrent<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future<Output = ()>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().done.poll(cx).map(drop)
    }
}

impl<S: fmt::Debug, F, Fut: Future> fmt::Debug for ForEachConcurrent<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForEachConcurrent")
            .field("done", &self.done)
            .finish()
    }
}
