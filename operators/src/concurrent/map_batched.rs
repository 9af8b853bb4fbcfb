use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use std::vec;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::engine::Engine;
use super::queue::Ordered;
use crate::window::Batch;
use crate::{Flow, Progress};

/// Stream for [`Flow::map_batched`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MapBatched<S, F, Fut, R>
where
    S: Progress,
    Fut: Future<Output = Vec<R>>,
{
    #[pin]
    input: Batch<S>,
    f: F,
    engine: Engine<Ordered<Call<Fut>>>,
    // Items in the engine: in calls under way and in results not yet split.
    in_calls: usize,
    // What is left of the results that are being handed out.
    results: vec::IntoIter<R>,
}

impl<S: Progress> Flow<S> {
    /// Emits one result per item, from calls of `f` that take many items each.
    ///
    /// Items are gathered as by [`batch`](Flow::batch): a call is made for
    /// `max_items` items, or for fewer once `max_wait` has passed since the
    /// first of them was taken. Up to `max_in_flight` calls are under way at
    /// once; while all of them are, the next batch goes on filling. Results
    /// are split and emitted in the order of the items.
    ///
    /// # Completion
    ///
    /// When the input ends, the items gathered so far make one last call; the
    /// output ends when all results have been emitted.
    ///
    /// # Backpressure
    ///
    /// At most `max_items * (max_in_flight + 2) - 1` items are inside: one
    /// batch that fills, the calls under way or finished, and the rest of one
    /// result. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) gathers, calls and drives up
    /// to these bounds.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items gathered, the futures of the calls
    /// under way and the results not yet emitted.
    ///
    /// # Errors
    ///
    /// Never fails of its own. Let each result be a `Result` where an item can
    /// fail.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` or `max_in_flight` is zero. The
    /// poll panics if a call gives another number of results than it got
    /// items; it passes on panics of `f` and its futures. The output has ended
    /// then. A wait needs a tokio runtime with the timer enabled.
    ///
    /// # Units
    ///
    /// As for [`batch`](Flow::batch).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tokio::sync::mpsc;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let (requests, mut inbox) = mpsc::channel(16);
    /// tokio::spawn(async move {
    ///     for text in ["a", "bcd", "ef"] {
    ///         requests.send(text).await.unwrap();
    ///     }
    /// });
    ///
    /// // Stands for a model that takes any number of inputs in one call.
    /// let model = async |texts: Vec<&str>| texts.iter().map(|text| text.len()).collect();
    ///
    /// let requests = flow(stream::poll_fn(move |cx| inbox.poll_recv(cx)));
    /// let lengths: Vec<usize> = requests
    ///     .map_batched(2, Duration::from_millis(5), 1, model)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(lengths, [1, 3, 2]);
    /// # }
    /// ```
    #[track_caller]
    pub fn map_batched<F, Fut, R>(
        self,
        max_items: usize,
        max_wait: Duration,
        max_in_flight: usize,
        f: F,
    ) -> Flow<MapBatched<S, F, Fut, R>>
    where
        F: FnMut(Vec<S::Item>) -> Fut,
        Fut: Future<Output = Vec<R>>,
    {
        assert!(
            max_items > 0,
            "`map_batched` of at most 0 items would never make a call; give at least 1"
        );
        assert!(
            max_in_flight > 0,
            "`map_batched` with 0 calls in flight would never emit; give at least 1"
        );
        Flow::native(MapBatched {
            input: Batch::new(self.into_stream(), max_items, max_wait),
            f,
            engine: Engine::new(max_in_flight, Ordered::default()),
            in_calls: 0,
            results: Vec::new().into_iter(),
        })
    }
}

impl<S, F, Fut, R> Stream for MapBatched<S, F, Fut, R>
where
    S: Progress,
    F: FnMut(Vec<S::Item>) -> Fut,
    Fut: Future<Output = Vec<R>>,
{
    type Item = R;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R>> {
        let this = self.project();
        if let Some(result) = this.results.next() {
            return Poll::Ready(Some(result));
        }
        let call = Call::by(this.f, this.in_calls);
        let Some(results) = ready!(this.engine.poll_next(this.input, call, cx)) else {
            return Poll::Ready(None);
        };
        *this.in_calls -= results.len();
        *this.results = results.into_iter();
        // Batches are never empty and a call gives one result per item.
        Poll::Ready(this.results.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.results.len();
        if self.engine.is_terminated() {
            return (left, Some(left));
        }
        let held = left + self.in_calls;
        let (lower, upper) = self.input.items_hint();
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }
}

impl<S, F, Fut, R> FusedStream for MapBatched<S, F, Fut, R>
where
    S: Progress,
    F: FnMut(Vec<S::Item>) -> Fut,
    Fut: Future<Output = Vec<R>>,
{
    fn is_terminated(&self) -> bool {
        self.results.len() == 0 && self.engine.is_terminated()
    }
}

impl<S, F, Fut, R> Progress for MapBatched<S, F, Fut, R>
where
    S: Progress,
    F: FnMut(Vec<S::Item>) -> Fut,
    Fut: Future<Output = Vec<R>>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let call = Call::by(this.f, this.in_calls);
        // Lost if this panics, as the output has then ended.
        let results = mem::take(this.results);
        let progress = this.engine.poll_progress(this.input, call, cx);
        *this.results = results;
        progress
    }
}

impl<S, F, Fut, R> fmt::Debug for MapBatched<S, F, Fut, R>
where
    S: Progress + fmt::Debug,
    Fut: Future<Output = Vec<R>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapBatched")
            .field("input", &self.input)
            .field("engine", &self.engine)
            .field("results", &self.results.len())
            .finish_non_exhaustive()
    }
}

/// A future of `f`, with the number of results that it owes.
#[pin_project]
struct Call<Fut> {
    #[pin]
    future: Fut,
    items: usize,
}

impl<Fut> Call<Fut> {
    /// Makes calls of `f`, and counts their items.
    fn by<T>(
        f: &mut impl FnMut(Vec<T>) -> Fut,
        in_calls: &mut usize,
    ) -> impl FnMut(Vec<T>) -> Self {
        move |batch| {
            let items = batch.len();
            *in_calls += items;
            Self {
                future: f(batch),
                items,
            }
        }
    }
}

impl<R, Fut: Future<Output = Vec<R>>> Future for Call<Fut> {
    type Output = Vec<R>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Vec<R>> {
        let this = self.project();
        let results = ready!(this.future.poll(cx));
        let (items, given) = (*this.items, results.len());
        assert!(
            given == items,
            "a call of `map_batched` got {items} items and gave {given} results; give one result per item, in order"
        );
        Poll::Ready(results)
    }
}
