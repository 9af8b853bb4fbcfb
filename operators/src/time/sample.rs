use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::Instant;

use super::newest::{Newest, Timing};
use crate::{Flow, Progress};

/// Stream for [`Flow::sample`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Sample<S: Progress> {
    #[pin]
    input: S,
    newest: Newest<S::Item, Ticks>,
}

/// When the item held leaves: at the next tick.
#[derive(Debug)]
struct Ticks {
    period: Duration,
    // The first poll, from which the ticks are counted.
    start: Option<Instant>,
}

impl<S: Progress> Flow<S> {
    /// Emits the newest item at each tick of `period`, if one has come since the last.
    ///
    /// The ticks are counted from the first poll and stay where they are, whatever
    /// comes and whenever it is taken. At a tick without a new item nothing is
    /// emitted, and no timer runs while no item is held.
    ///
    /// # Completion
    ///
    /// When the input ends, the item held is emitted at once; then the output
    /// ends. So the last item of the input is always emitted.
    ///
    /// # Backpressure
    ///
    /// One item is held; [`dropped`](Sample::dropped) counts those that a newer one
    /// replaced. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) goes on taking items, and a newer
    /// one takes the place of the one held, even of one that is due; a consumer
    /// that does not call it finds what is newest when it polls.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the item held.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `period` is zero. A wait needs a tokio runtime
    /// with the timer enabled; polling outside of one panics.
    ///
    /// # Units
    ///
    /// `period` is measured on tokio's clock, to its resolution of one millisecond;
    /// one past the end of the clock has no tick.
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
    /// let ticks = interval(Duration::from_millis(10), MissedTick::Burst);
    /// let sampled: Vec<_> = ticks
    ///     .enumerate()
    ///     .map(|(index, _)| index)
    ///     .sample(Duration::from_millis(25))
    ///     .take(3)
    ///     .collect()
    ///     .await;
    ///
    /// // At 25 ms, 50 ms and 75 ms.
    /// assert_eq!(sampled, [2, 5, 7]);
    /// # }
    /// ```
    #[track_caller]
    pub fn sample(self, period: Duration) -> Flow<Sample<S>> {
        assert!(
            !period.is_zero(),
            "a `sample` with a period of zero leaves nothing out; give a longer one"
        );
        Flow::native(Sample {
            input: self.into_stream(),
            newest: Newest::new(Ticks {
                period,
                start: None,
            }),
        })
    }
}

impl Ticks {
    fn begin(&mut self) {
        self.start.get_or_insert_with(Instant::now);
    }
}

impl Timing for Ticks {
    fn first(&mut self, now: Instant) -> Option<Instant> {
        let since = now.duration_since(self.start?).as_nanos();
        let begun = since % self.period.as_nanos();
        (now - Duration::from_nanos_u128(begun)).checked_add(self.period)
    }
}

impl<S: Progress> Sample<S> {
    /// Counts the items that were dropped for a newer one.
    pub fn dropped(&self) -> u64 {
        self.newest.dropped()
    }
}

impl<S: Progress> Stream for Sample<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.newest.timing.begin();
        this.newest.poll_next(this.input, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.newest.size_hint(self.input.size_hint())
    }
}

impl<S: Progress> FusedStream for Sample<S> {
    fn is_terminated(&self) -> bool {
        self.newest.is_terminated()
    }
}

impl<S: Progress> Progress for Sample<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.newest.timing.begin();
        this.newest.poll_progress(this.input, cx)
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for Sample<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sample")
            .field("input", &self.input)
            .field("newest", &self.newest)
            .finish()
    }
}
