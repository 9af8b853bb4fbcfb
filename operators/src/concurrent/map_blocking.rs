use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::engine::Engine;
use super::queue::Ordered;
use super::task::Task;
use crate::{Flow, Progress};

/// Stream for [`Flow::map_blocking`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MapBlocking<S, F, R> {
    #[pin]
    input: S,
    f: Arc<F>,
    engine: Engine<Ordered<Task<R>>>,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of each item on a thread that may block, in order.
    ///
    /// Up to `max_in_flight` calls are under way at once, on tokio's pool of
    /// blocking threads. They go on whether the output is polled or not; items
    /// are taken only by a poll.
    ///
    /// # Backpressure
    ///
    /// At most `max_in_flight` items are inside: calls queued, calls under way
    /// and results that wait for their turn together.
    ///
    /// # Cancellation
    ///
    /// Dropping the output cancels the calls that the pool has not begun: `f`
    /// is never called for them. A call that has begun cannot be stopped. It
    /// runs to its end on its thread, and its result is dropped.
    ///
    /// # Errors
    ///
    /// Never fails of its own. A call that gives an `Err` gives an item like
    /// any other.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_in_flight` is zero. A panic of `f` is
    /// resumed in the caller of the poll; the output has then ended. Polling
    /// needs a tokio runtime, and panics if that shuts down while calls are
    /// queued.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let digests: Vec<_> = flow(stream::iter(["a", "bcd", "ef"]))
    ///     .map_blocking(2, |text| text.bytes().map(u32::from).sum::<u32>())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(digests, [97, 297, 203]);
    /// # }
    /// ```
    #[track_caller]
    pub fn map_blocking<F, R>(self, max_in_flight: usize, f: F) -> Flow<MapBlocking<S, F, R>>
    where
        S::Item: Send + 'static,
        F: Fn(S::Item) -> R + Send + Sync + 'static,
        R: Send + 'static,
    {
        assert!(
            max_in_flight > 0,
            "`map_blocking` with 0 calls in flight would never emit; give at least 1"
        );
        Flow::native(MapBlocking {
            input: self.into_stream(),
            f: Arc::new(f),
            engine: Engine::new(max_in_flight, Ordered::default()),
        })
    }
}

impl<S, F, R> Stream for MapBlocking<S, F, R>
where
    S: Progress<Item: Send + 'static>,
    F: Fn(S::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    type Item = R;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let queue = call(this.f);
        this.engine.poll_next(this.input, queue, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.engine.size_hint(self.input.size_hint())
    }
}

impl<S, F, R> FusedStream for MapBlocking<S, F, R>
where
    S: Progress<Item: Send + 'static>,
    F: Fn(S::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    fn is_terminated(&self) -> bool {
        self.engine.is_terminated()
    }
}

impl<S, F, R> Progress for MapBlocking<S, F, R>
where
    S: Progress<Item: Send + 'static>,
    F: Fn(S::Item) -> R + Send + Sync + 'static,
    R: Send + 'static,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let queue = call(this.f);
        this.engine.poll_progress(this.input, queue, cx)
    }
}

impl<S: fmt::Debug, F, R> fmt::Debug for MapBlocking<S, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapBlocking")
            .field("input", &self.input)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// Queues calls of `f` for the pool.
fn call<T, R, F>(f: &Arc<F>) -> impl FnMut(T) -> Task<R>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Fn(T) -> R + Send + Sync + 'static,
{
    move |item| {
        let f = Arc::clone(f);
        Task::spawn_blocking(move || f(item))
    }
}
