use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for the first output of [`Flow::wire_tap`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct WireTap<S: Progress> {
    #[pin]
    input: S,
    // Gone after the end.
    feed: Option<Feed<S::Item>>,
}

/// Stream for the second output of [`Flow::wire_tap`].
#[must_use = "streams do nothing unless polled"]
pub struct Tap<T> {
    line: Arc<Line<T>>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, and on a second output clones of those it keeps up
    /// with.
    ///
    /// The first output runs as if the tap were not there. Only the first takes
    /// items from the input; the tap is woken for those that are left to it.
    ///
    /// # Completion
    ///
    /// The tap ends when the first output has ended or is dropped, and its own
    /// items have been emitted.
    ///
    /// # Backpressure
    ///
    /// The tap holds up to `capacity` items and slows nothing down: what comes
    /// while it is full is not cloned, and [`Tap::dropped`] counts it.
    ///
    /// # Cancellation
    ///
    /// Dropping the tap leaves the first output as it is. Dropping the first
    /// output drops the input; the tap still emits what it holds.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `capacity` is zero. An item whose `clone`
    /// panics is on no output.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (readings, tap) = flow([20, 21, 22]).wire_tap(2);
    /// let sum = readings.fold(0, |sum, n| sum + n).await;
    /// let seen: Vec<_> = tap.collect().await;
    ///
    /// assert_eq!((sum, seen), (63, vec![20, 21]));
    /// # }
    /// ```
    #[track_caller]
    pub fn wire_tap(self, capacity: usize) -> (Flow<WireTap<S>>, Flow<Tap<S::Item>>)
    where
        S::Item: Clone,
    {
        assert!(
            capacity > 0,
            "a `wire_tap` with room for 0 items would get none; give at least 1"
        );
        let line = Arc::new(Line {
            state: Mutex::new(State {
                items: VecDeque::new(),
                reader: Reader::Busy,
                ended: false,
                dropped: 0,
            }),
            capacity,
        });
        let feed = Feed {
            line: Arc::clone(&line),
        };
        let main = WireTap {
            input: self.into_stream(),
            feed: Some(feed),
        };
        (Flow::native(main), Flow::native(Tap { line }))
    }
}

impl<T> Tap<T> {
    /// Counts the items that came while the tap was full.
    pub fn dropped(&self) -> u64 {
        self.line.lock().dropped
    }
}

/// What runs from the first output to the tap.
struct Line<T> {
    state: Mutex<State<T>>,
    capacity: usize,
}

struct State<T> {
    items: VecDeque<T>,
    reader: Reader,
    ended: bool,
    dropped: u64,
}

enum Reader {
    Busy,
    Waiting(Waker),
    Gone,
}

impl<T> Line<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// Takes the waker of a tap that waits, to be woken without the lock.
    fn waiting(&mut self) -> Option<Waker> {
        match mem::replace(&mut self.reader, Reader::Busy) {
            Reader::Waiting(waker) => Some(waker),
            Reader::Busy => None,
            Reader::Gone => {
                self.reader = Reader::Gone;
                None
            }
        }
    }
}

/// The end of the line at the first output; the tap ends when it is dropped.
struct Feed<T> {
    line: Arc<Line<T>>,
}

impl<T: Clone> Feed<T> {
    fn offer(&self, item: &T) {
        let mut state = self.line.lock();
        if matches!(state.reader, Reader::Gone) {
            return;
        }
        if state.items.len() == self.line.capacity {
            state.dropped += 1;
            return;
        }
        // Nothing else fills the line, so the place is kept meanwhile.
        drop(state);
        let copy = item.clone();
        let mut state = self.line.lock();
        if matches!(state.reader, Reader::Gone) {
            drop(state);
            return;
        }
        state.items.push_back(copy);
        let waiting = state.waiting();
        drop(state);
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

impl<T> Drop for Feed<T> {
    fn drop(&mut self) {
        let mut state = self.line.lock();
        state.ended = true;
        let waiting = state.waiting();
        drop(state);
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

impl<S, T> Stream for WireTap<S>
where
    S: Progress<Item = T>,
    T: Clone,
{
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.project();
        let item = ready!(this.input.poll_next(cx));
        match (&item, &this.feed) {
            (Some(item), Some(feed)) => feed.offer(item),
            _ => *this.feed = None,
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, T> FusedStream for WireTap<S>
where
    S: Progress<Item = T>,
    T: Clone,
{
    fn is_terminated(&self) -> bool {
        self.feed.is_none()
    }
}

impl<S, T> Progress for WireTap<S>
where
    S: Progress<Item = T>,
    T: Clone,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<T> Stream for Tap<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let waker = cx.waker().clone();
        let mut state = self.line.lock();
        if let Some(item) = state.items.pop_front() {
            return Poll::Ready(Some(item));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        let before = mem::replace(&mut state.reader, Reader::Waiting(waker));
        drop(state);
        drop(before);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let state = self.line.lock();
        let held = state.items.len();
        (held, state.ended.then_some(held))
    }
}

impl<T> FusedStream for Tap<T> {
    fn is_terminated(&self) -> bool {
        let state = self.line.lock();
        state.ended && state.items.is_empty()
    }
}

impl<T> Progress for Tap<T> {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl<T> Drop for Tap<T> {
    fn drop(&mut self) {
        let mut state = self.line.lock();
        let reader = mem::replace(&mut state.reader, Reader::Gone);
        let items = mem::take(&mut state.items);
        drop(state);
        drop((reader, items));
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for WireTap<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireTap")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Tap<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.line.lock();
        f.debug_struct("Tap")
            .field("held", &state.items.len())
            .field("dropped", &state.dropped)
            .finish_non_exhaustive()
    }
}
