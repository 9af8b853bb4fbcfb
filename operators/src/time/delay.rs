use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::Instant;

use crate::alarm::Alarm;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::delay`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Delay<S: Progress> {
    #[pin]
    input: S,
    // With when each is due; never, for `None`.
    held: VecDeque<(Option<Instant>, S::Item)>,
    wait: Duration,
    max_held: usize,
    alarm: Alarm,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item `wait` after it was taken.
    ///
    /// Items keep their distances, as long as there is room for all of them.
    ///
    /// # Completion
    ///
    /// When the input ends, the items held still leave in their time; the
    /// output ends with the last of them.
    ///
    /// # Backpressure
    ///
    /// At most `max_held` items are held, and none is taken while they are. So
    /// no more than `max_held` items leave in any `wait`: for a rate of 1000
    /// items a second and a delay of 2 s give at least 2000. While the output
    /// is blocked, [`poll_progress`](Progress::poll_progress) goes on taking
    /// items up to that count, and their time runs.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items held.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_held` is zero. A wait needs a tokio
    /// runtime with the timer enabled; polling outside of one panics.
    ///
    /// # Units
    ///
    /// `max_held` counts items. `wait` is measured on tokio's clock, to its
    /// resolution of one millisecond; after one past the end of the clock no
    /// item leaves.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::source::{MissedTick, interval};
    /// use tokio::time::Instant;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// let left: Vec<_> = interval(Duration::from_millis(10), MissedTick::Burst)
    ///     .take(3)
    ///     .delay(20, Duration::from_millis(100))
    ///     .map(|_| start.elapsed().as_millis())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(left, [100, 110, 120]);
    /// # }
    /// ```
    #[track_caller]
    pub fn delay(self, max_held: usize, wait: Duration) -> Flow<Delay<S>> {
        assert!(
            max_held > 0,
            "a `delay` that holds 0 items would never emit; give at least 1"
        );
        Flow::native(Delay {
            input: self.into_stream(),
            held: VecDeque::new(),
            wait,
            max_held,
            alarm: Alarm::default(),
            done: false,
        })
    }
}

impl<S: Progress> Delay<S> {
    /// Takes items while there is room. `Ready` when the input was left as it is.
    fn poll_fill(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let mut due = None;
        for _ in 0..UNITS_PER_POLL {
            if *this.done || this.held.len() == *this.max_held {
                return Poll::Ready(());
            }
            match this.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    // Items taken in one call came at one time.
                    let wait = *this.wait;
                    let due = due.get_or_insert_with(|| Instant::now().checked_add(wait));
                    this.held.push_back((*due, item));
                }
                Poll::Ready(None) => *this.done = true,
                Poll::Pending => return Poll::Pending,
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    /// Drives an input that was left as it is.
    fn poll_input(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if *this.done {
            Poll::Ready(())
        } else {
            this.input.poll_progress(cx)
        }
    }
}

impl<S: Progress> Stream for Delay<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let filled = self.as_mut().poll_fill(cx);
        let this = self.as_mut().project();
        let due = match this.held.front() {
            Some((due, _)) => *due,
            None if *this.done => return Poll::Ready(None),
            None => None,
        };
        if this.alarm.poll_at(due, cx).is_ready() {
            return Poll::Ready(this.held.pop_front().map(|(_, item)| item));
        }
        if filled.is_ready() {
            let _moving = self.poll_input(cx);
        }
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = self.held.len();
        if self.done {
            return (held, Some(held));
        }
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }
}

impl<S: Progress> FusedStream for Delay<S> {
    fn is_terminated(&self) -> bool {
        self.done && self.held.is_empty()
    }
}

impl<S: Progress> Progress for Delay<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.as_mut().poll_fill(cx).is_pending() {
            return Poll::Pending;
        }
        self.poll_input(cx)
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for Delay<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delay")
            .field("input", &self.input)
            .field("held", &self.held.len())
            .field("wait", &self.wait)
            .field("max_held", &self.max_held)
            .finish_non_exhaustive()
    }
}
