use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::engine::Engine;
use super::queue::Unordered;
use crate::{Flow, Progress};

/// Stream for [`Flow::map_async_unordered`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MapAsyncUnordered<S, F, Fut: Future> {
    #[pin]
    input: S,
    f: F,
    engine: Engine<Unordered<Fut>>,
}

impl<S: Progress> Flow<S> {
    /// Emits the result of the future that `f` makes of each item, as they come.
    ///
    /// Up to `max_in_flight` futures are under way at once, and a slow one
    /// holds up no other. The place of a result is refilled when it has been
    /// emitted.
    ///
    /// # Backpressure
    ///
    /// At most `max_in_flight` items are inside: futures under way and results
    /// not yet emitted together. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) admits up to that number
    /// and drives the futures to their ends.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the futures under way and the results not yet
    /// emitted.
    ///
    /// # Errors
    ///
    /// Never fails of its own. A future that gives an `Err` gives an item like
    /// any other.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_in_flight` is zero. A panic of `f` or of
    /// a future passes through to the caller of the poll; the output has then
    /// ended.
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
    /// let waits = stream::iter([30, 20, 10]);
    /// let start = Instant::now();
    /// let results: Vec<_> = flow(waits)
    ///     .map_async_unordered(3, async |ms| {
    ///         sleep(Duration::from_millis(ms)).await;
    ///         ms
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [10, 20, 30]);
    /// assert_eq!(start.elapsed(), Duration::from_millis(30));
    /// # }
    /// ```
    #[track_caller]
    pub fn map_async_unordered<F, Fut>(
        self,
        max_in_flight: usize,
        f: F,
    ) -> Flow<MapAsyncUnordered<S, F, Fut>>
    where
        F: FnMut(S::Item) -> Fut,
        Fut: Future,
    {
        assert!(
            max_in_flight > 0,
            "`map_async_unordered` with 0 futures in flight would never emit; give at least 1"
        );
        Flow::native(MapAsyncUnordered {
            input: self.into_stream(),
            f,
            engine: Engine::new(max_in_flight, Unordered::default()),
        })
    }
}

impl<S, F, Fut> Stream for MapAsyncUnordered<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    type Item = Fut::Output;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Fut::Output>> {
        let this = self.project();
        this.engine.poll_next(this.input, this.f, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.engine.size_hint(self.input.size_hint())
    }
}

impl<S, F, Fut> FusedStream for MapAsyncUnordered<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    fn is_terminated(&self) -> bool {
        self.engine.is_terminated()
    }
}

impl<S, F, Fut> Progress for MapAsyncUnordered<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.engine.poll_progress(this.input, this.f, cx)
    }
}

impl<S: fmt::Debug, F, Fut: Future> fmt::Debug for MapAsyncUnordered<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapAsyncUnordered")
            .field("input", &self.input)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}
