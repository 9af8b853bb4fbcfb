use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::Instant;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::drop_within`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct DropWithin<S> {
    #[pin]
    input: S,
    time: Duration,
    dropping: Dropping,
    dropped: u64,
}

#[derive(Clone, Copy, Debug)]
enum Dropping {
    NotYet,
    Until(Instant),
    // The time passes the end of the clock.
    Always,
    Over,
}

impl<S: Progress> Flow<S> {
    /// Emits the items that are taken once `time` has passed, and drops those before.
    ///
    /// The time counts from the first poll for an item, and an item counts as
    /// taken when the output is polled and the input is ready. No timer is
    /// needed; [`dropped`](DropWithin::dropped) counts.
    ///
    /// # Units
    ///
    /// `time` is measured on tokio's clock. [`Duration::ZERO`] drops nothing; a
    /// time past the end of the clock drops all.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::source::{MissedTick, interval};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let settled: Vec<_> = interval(Duration::from_millis(10), MissedTick::Burst)
    ///     .enumerate()
    ///     .map(|(index, _)| index)
    ///     .drop_within(Duration::from_millis(25))
    ///     .take(2)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(settled, [3, 4]);
    /// # }
    /// ```
    pub fn drop_within(self, time: Duration) -> Flow<DropWithin<S>> {
        Flow::native(DropWithin {
            input: self.into_stream(),
            time,
            dropping: Dropping::NotYet,
            dropped: 0,
        })
    }
}

impl<S> DropWithin<S> {
    /// Counts the items that were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl<S: Progress> Stream for DropWithin<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        if let Dropping::NotYet = this.dropping {
            let until = Instant::now().checked_add(*this.time);
            *this.dropping = until.map_or(Dropping::Always, Dropping::Until);
        }
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(this.input.as_mut().poll_next(cx));
            if this.dropping.is_over() || item.is_none() {
                return Poll::Ready(item);
            }
            *this.dropped += 1;
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.size_hint();
        match self.dropping {
            Dropping::Over => (lower, upper),
            _ => (0, upper),
        }
    }
}

impl Dropping {
    fn is_over(&mut self) -> bool {
        match *self {
            Self::Until(due) if Instant::now() >= due => *self = Self::Over,
            _ => {}
        }
        matches!(self, Self::Over)
    }
}

impl<S: Progress + FusedStream> FusedStream for DropWithin<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S: Progress> Progress for DropWithin<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
