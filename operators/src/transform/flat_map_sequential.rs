use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Stream for [`Flow::flat_map_sequential`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct FlatMapSequential<S, F, R: Progress> {
    #[pin]
    input: S,
    f: F,
    // In the order of the items that they were made of.
    inners: VecDeque<Inner<R, R::Item>>,
    max_inners: usize,
    max_buffered: usize,
    // The input has ended.
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of the streams that `f` makes of the items, in order,
    /// with several of the streams at work.
    ///
    /// What comes out is the same as with [`flat_map`](Flow::flat_map). But up to
    /// `max_inners` streams run at once: those whose turn has not come gather
    /// their items, up to `max_buffered` each, and wait then. The next item is
    /// taken when the first of the streams has ended and all its items have been
    /// emitted.
    ///
    /// # Completion
    ///
    /// Ends when the input and all streams have ended. A stream is dropped as
    /// soon as it ends.
    ///
    /// # Backpressure
    ///
    /// At most `max_inners` streams and `max_inners * max_buffered` of their items
    /// are held. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) fills them up to that. A poll
    /// that finds no item gathered asks all streams, so this is made for tens of
    /// them rather than thousands.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items gathered.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_inners` or `max_buffered` is zero.
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
    /// let rows: Vec<_> = flow(stream::iter(["a", "b", "c"]))
    ///     .flat_map_sequential(3, 10, |file| {
    ///         flow(stream::iter(1..=2)).then(move |row| async move {
    ///             sleep(Duration::from_millis(10)).await;
    ///             format!("{file}{row}")
    ///         })
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(rows, ["a1", "a2", "b1", "b2", "c1", "c2"]);
    /// assert_eq!(start.elapsed(), Duration::from_millis(20));
    /// # }
    /// ```
    #[track_caller]
    pub fn flat_map_sequential<R, F>(
        self,
        max_inners: usize,
        max_buffered: usize,
        f: F,
    ) -> Flow<FlatMapSequential<S, F, R>>
    where
        F: FnMut(S::Item) -> R,
        R: Progress,
    {
        assert!(
            max_inners > 0,
            "`flat_map_sequential` with 0 streams at once would never emit; give at least 1"
        );
        assert!(
            max_buffered > 0,
            "`flat_map_sequential` with 0 items buffered would leave its streams idle; give at least 1"
        );
        Flow::native(FlatMapSequential {
            input: self.into_stream(),
            f,
            inners: VecDeque::new(),
            max_inners,
            max_buffered,
            done: false,
        })
    }
}

/// One call's budget, and what it has found.
struct Round {
    units: usize,
    // The input is pending.
    pending: bool,
    // Every stream has settled: it is full, has ended, or will wake the task.
    settled: bool,
    // All of them will stay as they are until an item is taken.
    still: bool,
}

impl<S, F, R> FlatMapSequential<S, F, R>
where
    S: Progress,
    F: FnMut(S::Item) -> R,
    R: Progress,
{
    /// Takes items while there is room, and lets all streams gather theirs.
    fn gather(self: Pin<&mut Self>, round: &mut Round, cx: &mut Context<'_>) {
        let mut this = self.project();
        while !*this.done
            && !round.pending
            && round.units > 0
            && this.inners.len() < *this.max_inners
        {
            match this.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    round.units -= 1;
                    this.inners.push_back(Inner::new((this.f)(item)));
                }
                Poll::Ready(None) => *this.done = true,
                Poll::Pending => round.pending = true,
            }
        }
        round.settled = true;
        round.still = true;
        for inner in this.inners.iter_mut() {
            inner.gather(*this.max_buffered, round, cx);
        }
    }

    /// Leaves the input so that it moves on by itself or wakes the task.
    fn settle(self: Pin<&mut Self>, round: &Round, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let mut upstream = Poll::Ready(());
        let mut waits = round.settled;
        if round.pending {
            upstream = Poll::Pending;
        } else if !*this.done {
            upstream = this.input.poll_progress(cx);
            waits = waits && this.inners.len() == *this.max_inners;
        }
        if !waits {
            // Only the budget stopped the work.
            cx.waker().wake_by_ref();
        }
        if waits && round.still {
            upstream
        } else {
            Poll::Pending
        }
    }
}

impl<S, F, R> Stream for FlatMapSequential<S, F, R>
where
    S: Progress,
    F: FnMut(S::Item) -> R,
    R: Progress,
{
    type Item = R::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R::Item>> {
        let mut round = Round::new();
        let mut gathered = false;
        loop {
            let mut left = false;
            while let Some(first) = self.as_mut().project().inners.front_mut() {
                if let Some(item) = first.buffered.pop_front() {
                    return Poll::Ready(Some(item));
                }
                if first.stream.is_some() {
                    break;
                }
                self.as_mut().project().inners.pop_front();
                left = true;
            }
            if self.is_terminated() {
                return Poll::Ready(None);
            }
            // One more time for the places that have become free.
            if gathered && !left {
                break;
            }
            self.as_mut().gather(&mut round, cx);
            gathered = true;
        }
        let _moving = self.settle(&round, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let is_last = self.done || self.input.size_hint().1 == Some(0);
        let hints = self.inners.iter().map(Inner::size_hint);
        let (lower, upper) = hints.fold((0_usize, Some(0_usize)), |(lower, upper), (l, u)| {
            let upper = upper.zip(u).and_then(|(a, b)| a.checked_add(b));
            (lower.saturating_add(l), upper)
        });
        (lower, upper.filter(|_| is_last))
    }
}

impl<S, F, R> FusedStream for FlatMapSequential<S, F, R>
where
    S: Progress,
    F: FnMut(S::Item) -> R,
    R: Progress,
{
    fn is_terminated(&self) -> bool {
        self.done && self.inners.is_empty()
    }
}

impl<S, F, R> Progress for FlatMapSequential<S, F, R>
where
    S: Progress,
    F: FnMut(S::Item) -> R,
    R: Progress,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut round = Round::new();
        self.as_mut().gather(&mut round, cx);
        self.settle(&round, cx)
    }
}

impl<S: fmt::Debug, F, R: Progress> fmt::Debug for FlatMapSequential<S, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlatMapSequential")
            .field("input", &self.input)
            .field("inners", &self.inners.len())
            .field("max_inners", &self.max_inners)
            .field("max_buffered", &self.max_buffered)
            .finish_non_exhaustive()
    }
}

impl Round {
    fn new() -> Self {
        Self {
            units: UNITS_PER_POLL,
            pending: false,
            settled: false,
            still: false,
        }
    }
}

/// A stream with the items that wait for its turn.
#[derive(Clone)]
struct Inner<R, T> {
    // Boxed, so that those behind it can move up while they are pinned. Gone
    // when it ends.
    stream: Option<Pin<Box<R>>>,
    buffered: VecDeque<T>,
}

impl<R: Progress> Inner<R, R::Item> {
    fn new(stream: R) -> Self {
        Self {
            stream: Some(Box::pin(stream)),
            buffered: VecDeque::new(),
        }
    }

    /// Takes items while there is room, and drives the stream where there is
    /// none.
    fn gather(&mut self, max_buffered: usize, round: &mut Round, cx: &mut Context<'_>) {
        while let Some(stream) = &mut self.stream {
            let has_room = self.buffered.len() < max_buffered;
            if !has_room || round.units == 0 {
                round.settled &= !has_room;
                round.still &= stream.as_mut().poll_progress(cx).is_ready();
                return;
            }
            match stream.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    round.units -= 1;
                    self.buffered.push_back(item);
                }
                Poll::Ready(None) => self.stream = None,
                Poll::Pending => {
                    round.still = false;
                    return;
                }
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = self.buffered.len();
        let (lower, upper) = self.stream.as_ref().map_or((0, Some(0)), Stream::size_hint);
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }
}
