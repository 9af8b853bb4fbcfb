use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::engine::Engine;
use super::keyed::Keyed;
use crate::{Flow, Progress};

/// Stream for [`Flow::map_async_keyed`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MapAsyncKeyed<S, G, K, F, Fut>
where
    S: Progress,
    Fut: Future,
{
    #[pin]
    input: S,
    key: G,
    engine: Engine<Keyed<S::Item, K, F, Fut>>,
}

impl<S: Progress> Flow<S> {
    /// Emits the result of the future that `f` makes of each item, in order per key.
    ///
    /// Up to `max_in_flight` futures are under way at once, but never two with
    /// one key: `f` is called for an item once the future of the item before
    /// it with that key has finished. Results are emitted as they come, so
    /// those of one key are in the order of their items, and a slow key holds
    /// up no other.
    ///
    /// # Backpressure
    ///
    /// At most `max_in_flight` items are inside: those that wait for the one
    /// of their key, futures under way and results not yet emitted together.
    /// So many items of one key in a row therefore hold up the others behind
    /// them. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) admits up to that number
    /// and drives the futures to their ends. Nothing is kept of a key that has
    /// no item inside.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items that wait, the futures under way
    /// and the results not yet emitted.
    ///
    /// # Errors
    ///
    /// Never fails of its own. A future that gives an `Err` gives an item like
    /// any other; the next item of its key follows.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_in_flight` is zero. A panic of `key`,
    /// of `f` or of a future passes through to the caller of the poll; the
    /// output has then ended.
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
    /// let writes = stream::iter([("ada", 30), ("ada", 10), ("bob", 20)]);
    /// let start = Instant::now();
    /// let done: Vec<_> = flow(writes)
    ///     .map_async_keyed(3, |(user, _)| *user, async |(user, ms)| {
    ///         sleep(Duration::from_millis(ms)).await;
    ///         (user, ms)
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(done, [("bob", 20), ("ada", 30), ("ada", 10)]);
    /// assert_eq!(start.elapsed(), Duration::from_millis(40));
    /// # }
    /// ```
    #[track_caller]
    pub fn map_async_keyed<G, K, F, Fut>(
        self,
        max_in_flight: usize,
        key: G,
        f: F,
    ) -> Flow<MapAsyncKeyed<S, G, K, F, Fut>>
    where
        G: FnMut(&S::Item) -> K,
        K: Clone + Eq + Hash,
        F: FnMut(S::Item) -> Fut,
        Fut: Future,
    {
        assert!(
            max_in_flight > 0,
            "`map_async_keyed` with 0 futures in flight would never emit; give at least 1"
        );
        Flow::native(MapAsyncKeyed {
            input: self.into_stream(),
            key,
            engine: Engine::new(max_in_flight, Keyed::new(f)),
        })
    }
}

impl<S, G, K, F, Fut> Stream for MapAsyncKeyed<S, G, K, F, Fut>
where
    S: Progress,
    G: FnMut(&S::Item) -> K,
    K: Clone + Eq + Hash,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    type Item = Fut::Output;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Fut::Output>> {
        let this = self.project();
        let key = this.key;
        let with_key = |item| (key(&item), item);
        this.engine.poll_next(this.input, with_key, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.engine.size_hint(self.input.size_hint())
    }
}

impl<S, G, K, F, Fut> FusedStream for MapAsyncKeyed<S, G, K, F, Fut>
where
    S: Progress,
    G: FnMut(&S::Item) -> K,
    K: Clone + Eq + Hash,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    fn is_terminated(&self) -> bool {
        self.engine.is_terminated()
    }
}

impl<S, G, K, F, Fut> Progress for MapAsyncKeyed<S, G, K, F, Fut>
where
    S: Progress,
    G: FnMut(&S::Item) -> K,
    K: Clone + Eq + Hash,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let key = this.key;
        let with_key = |item| (key(&item), item);
        this.engine.poll_progress(this.input, with_key, cx)
    }
}

impl<S, G, K, F, Fut> fmt::Debug for MapAsyncKeyed<S, G, K, F, Fut>
where
    S: Progress + fmt::Debug,
    K: Clone + Eq + Hash,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapAsyncKeyed")
            .field("input", &self.input)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}
