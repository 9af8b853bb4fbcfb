use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::engine::Engine;
use super::queue::Ordered;
use super::task::Task;
use crate::{Flow, Progress};

/// Stream for [`Flow::map_spawn`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MapSpawn<S, F, Fut: Future> {
    #[pin]
    input: S,
    f: F,
    engine: Engine<Ordered<Task<Fut::Output>>>,
}

impl<S: Progress> Flow<S> {
    /// Emits the result of a tokio task for each item, in order.
    ///
    /// Like [`map_async`](Flow::map_async), but each future is spawned, so that
    /// the worker threads of the runtime share the work, and it goes on
    /// whether the output is polled or not. A task is spawned when its item is
    /// taken: `max_in_flight` bounds the tasks themselves. Items are taken
    /// only by a poll.
    ///
    /// Worth its price, about a microsecond per item, for futures that compute
    /// between their waits; for futures that only wait, `map_async` costs less
    /// and asks for neither `Send` nor `'static`.
    ///
    /// # Backpressure
    ///
    /// At most `max_in_flight` items are inside: tasks under way and results
    /// that wait for their turn together.
    ///
    /// # Cancellation
    ///
    /// Dropping the output aborts the tasks: each one's future is dropped at
    /// its next await, by the runtime, shortly after. Results that wait are
    /// dropped.
    ///
    /// # Errors
    ///
    /// Never fails of its own. A future that gives an `Err` gives an item like
    /// any other; those behind it run on.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_in_flight` is zero. A panic in a task is
    /// resumed in the caller of the poll, as is one of `f`; the output has then
    /// ended. Polling needs a tokio runtime, and panics if that shuts down
    /// while tasks are under way.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lengths: Vec<_> = flow(stream::iter(["a", "bcd", "ef"]))
    ///     .map_spawn(2, async |text: &str| text.len())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(lengths, [1, 3, 2]);
    /// # }
    /// ```
    #[track_caller]
    pub fn map_spawn<F, Fut>(self, max_in_flight: usize, f: F) -> Flow<MapSpawn<S, F, Fut>>
    where
        F: FnMut(S::Item) -> Fut,
        Fut: Future<Output: Send> + Send + 'static,
    {
        assert!(
            max_in_flight > 0,
            "`map_spawn` with 0 tasks in flight would never emit; give at least 1"
        );
        Flow::native(MapSpawn {
            input: self.into_stream(),
            f,
            engine: Engine::new(max_in_flight, Ordered::default()),
        })
    }
}

impl<S, F, Fut> Stream for MapSpawn<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future<Output: Send> + Send + 'static,
{
    type Item = Fut::Output;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let spawn = |item| Task::spawn((this.f)(item));
        this.engine.poll_next(this.input, spawn, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.engine.size_hint(self.input.size_hint())
    }
}

impl<S, F, Fut> FusedStream for MapSpawn<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future<Output: Send> + Send + 'static,
{
    fn is_terminated(&self) -> bool {
        self.engine.is_terminated()
    }
}

impl<S, F, Fut> Progress for MapSpawn<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future<Output: Send> + Send + 'static,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let spawn = |item| Task::spawn((this.f)(item));
        this.engine.poll_progress(this.input, spawn, cx)
    }
}

impl<S: fmt::Debug, F, Fut: Future> fmt::Debug for MapSpawn<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapSpawn")
            .field("input", &self.input)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}
