use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::{Duration, Instant};

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Drops items that have waited too long, once that has gone on for a while.
    ///
    /// `since` tells when an item began to wait. An item that waited for more
    /// than `target` is late. The first late item passes, and so do those after
    /// it, for `interval`: a burst is worked off. From then on late items are
    /// dropped, and counted by [`DeadlineDrop::dropped`], until one is on time or
    /// the input is pending, since nothing queues then.
    ///
    /// This is the idea of `CoDel` (RFC 8289), to tell a standing queue from a
    /// burst by its shortest wait, without its control law: instead of one
    /// packet at growing frequency, every late item is dropped, since work on
    /// an item that nobody waits for any more is lost.
    ///
    /// # Units
    ///
    /// Times are those of tokio's clock. A `target` of zero makes late whatever
    /// began to wait before it is taken; an `interval` of zero drops every late
    /// item, the first one too.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::flow;
    /// use tokio::time::{Instant, advance};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let asked = Instant::now();
    /// let ms = Duration::from_millis;
    /// let mut requests = flow(1..).deadline_drop(ms(10), ms(100), move |n| {
    ///     // One came each 50 ms.
    ///     asked + *n * ms(50)
    /// });
    /// advance(ms(500)).await;
    /// assert_eq!(requests.next().await, Some(1));
    /// advance(ms(100)).await;
    ///
    /// assert_eq!(requests.next().await, Some(12));
    /// assert_eq!(requests.get_ref().dropped(), 10);
    /// # }
    /// ```
    pub fn deadline_drop<F>(
        self,
        target: Duration,
        interval: Duration,
        since: F,
    ) -> Flow<DeadlineDrop<S, F>>
    where
        F: FnMut(&S::Item) -> Instant,
    {
        Flow::native(DeadlineDrop {
            input: self.into_stream(),
            since,
            target,
            interval,
            late_since: None,
            dropped: 0,
        })
    }
}

/// Stream for [`Flow::deadline_drop`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct DeadlineDrop<S, F> {
    #[pin]
    input: S,
    since: F,
    target: Duration,
    interval: Duration,
    // When the first of the late items in a row came by.
    late_since: Option<Instant>,
    dropped: u64,
}

impl<S, F> DeadlineDrop<S, F> {
    /// Counts the items dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl<S, F> Stream for DeadlineDrop<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> Instant,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let Poll::Ready(next) = this.input.as_mut().poll_next(cx) else {
                *this.late_since = None;
                return Poll::Pending;
            };
            let Some(item) = next else {
                return Poll::Ready(None);
            };
            let since = (this.since)(&item);
            let now = Instant::now();
            if now.saturating_duration_since(since) <= *this.target {
                *this.late_since = None;
                return Poll::Ready(Some(item));
            }
            let late_since = *this.late_since.get_or_insert(now);
            if now.saturating_duration_since(late_since) < *this.interval {
                return Poll::Ready(Some(item));
            }
            *this.dropped += 1;
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.input.size_hint().1)
    }
}

impl<S, F> FusedStream for DeadlineDrop<S, F>
where
    S: Progress + FusedStream,
    F: FnMut(&S::Item) -> Instant,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, F> Progress for DeadlineDrop<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> Instant,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for DeadlineDrop<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadlineDrop")
            .field("input", &self.input)
            .field("target", &self.target)
            .field("interval", &self.interval)
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}
