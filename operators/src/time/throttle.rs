use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::bucket::{Bucket, Rate};
use crate::alarm::Alarm;
use crate::{Flow, Progress};

/// Stream for [`Flow::throttle`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Throttle<S: Progress, F> {
    #[pin]
    input: S,
    cost: F,
    bucket: Bucket,
    // An item for which there are not enough tokens yet, and its cost.
    held: Option<(S::Item, usize)>,
    alarm: Alarm,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, at no more than a given rate.
    ///
    /// A bucket of `burst` tokens, full at first, is filled at [`rate`](Rate). An item
    /// takes as many tokens as `cost` says, and waits until there are so many;
    /// `cost` is asked once for each. So in any time at most `burst` tokens go,
    /// and besides as many as `rate` gives in that time; there is no boundary
    /// at which twice as many can pass.
    ///
    /// An item that costs more than `burst` leaves when the bucket is full, and
    /// those behind it wait until its whole cost has come in.
    ///
    /// The timer wakes to the millisecond. The tokens that come while it is
    /// late are not lost: at 10 000 items a second ten items leave in every
    /// millisecond, one right after the other, even with a `burst` of 1.
    ///
    /// # Backpressure
    ///
    /// One item is held, while it waits for its tokens; none is taken
    /// meanwhile. Time for which the output is blocked fills the bucket, up to
    /// `burst`.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the item that waits.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `burst` is zero. Needs a tokio runtime with
    /// the timer enabled; polling outside of one panics.
    ///
    /// # Units
    ///
    /// `burst` and costs are in tokens: with `|_| 1` in items. Time is measured
    /// on tokio's clock, to its resolution of one millisecond; no rounding of
    /// the rate adds up.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::time::Rate;
    /// use tokio::time::Instant;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// let left: Vec<_> = flow(stream::iter(0..5))
    ///     .throttle(Rate::per_second(10), 2, |_| 1)
    ///     .map(|_| start.elapsed().as_millis())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(left, [0, 0, 100, 200, 300]);
    /// # }
    /// ```
    #[track_caller]
    pub fn throttle<F>(self, rate: Rate, burst: usize, cost: F) -> Flow<Throttle<S, F>>
    where
        F: FnMut(&S::Item) -> usize,
    {
        assert!(
            burst > 0,
            "a `throttle` with a burst of 0 would never emit; give at least 1"
        );
        Flow::native(Throttle {
            input: self.into_stream(),
            cost,
            bucket: Bucket::new(rate, burst),
            held: None,
            alarm: Alarm::default(),
            done: false,
        })
    }
}

impl<S, F> Stream for Throttle<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let mut waited = true;
        if this.held.is_none() {
            if *this.done {
                return Poll::Ready(None);
            }
            let Some(item) = ready!(this.input.as_mut().poll_next(cx)) else {
                *this.done = true;
                return Poll::Ready(None);
            };
            waited = false;
            let cost = (this.cost)(&item);
            *this.held = Some((item, cost));
        }
        let cost = this.held.as_ref().map_or(0, |(_, cost)| *cost);
        while let Err(due) = this.bucket.take(cost, waited) {
            if this.alarm.poll_at(due, cx).is_pending() {
                let _moving = this.input.poll_progress(cx);
                return Poll::Pending;
            }
            waited = true;
        }
        this.alarm.disarm();
        Poll::Ready(this.held.take().map(|(item, _)| item))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = usize::from(self.held.is_some());
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }
}

impl<S, F> FusedStream for Throttle<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S, F> Progress for Throttle<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}

impl<S: Progress + fmt::Debug, F> fmt::Debug for Throttle<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle")
            .field("input", &self.input)
            .field("bucket", &self.bucket)
            .field("waits", &self.held.is_some())
            .finish_non_exhaustive()
    }
}
