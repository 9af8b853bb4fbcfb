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

/// Stream for [`Flow::throttle_latest`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct ThrottleLatest<S: Progress> {
    #[pin]
    input: S,
    newest: Newest<S::Item, Gap>,
}

/// When the item held leaves: at once, or a period after the one before.
#[derive(Debug)]
struct Gap {
    period: Duration,
    // Since when an item may leave. `None` at first, and for never.
    open: Option<Instant>,
    begun: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits an item at once, then the newest every `period` while more come.
    ///
    /// After an item has left, those that come within `period` wait, each in the
    /// place of the one before it, and the newest leaves when the period is over.
    /// An item that comes later leaves at once. So no two items leave within
    /// `period` of each other, but for the last.
    ///
    /// # Completion
    ///
    /// When the input ends, the item held is emitted at once; then the output
    /// ends. So the last item of the input is always emitted.
    ///
    /// # Backpressure
    ///
    /// One item is held; [`dropped`](ThrottleLatest::dropped) counts those that a newer one
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
    /// one past the end of the clock never runs out.
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
    /// let throttled: Vec<_> = ticks
    ///     .enumerate()
    ///     .map(|(index, _)| index)
    ///     .throttle_latest(Duration::from_millis(25))
    ///     .take(3)
    ///     .collect()
    ///     .await;
    ///
    /// // At 0 ms, 25 ms and 50 ms.
    /// assert_eq!(throttled, [0, 2, 5]);
    /// # }
    /// ```
    #[track_caller]
    pub fn throttle_latest(self, period: Duration) -> Flow<ThrottleLatest<S>> {
        assert!(
            !period.is_zero(),
            "a `throttle_latest` with a period of zero leaves nothing out; give a longer one"
        );
        Flow::native(ThrottleLatest {
            input: self.into_stream(),
            newest: Newest::new(Gap {
                period,
                open: None,
                begun: false,
            }),
        })
    }
}

impl Timing for Gap {
    fn first(&mut self, now: Instant) -> Option<Instant> {
        if self.begun {
            self.open.map(|open| open.max(now))
        } else {
            Some(now)
        }
    }

    fn leaves(&mut self) {
        self.begun = true;
        self.open = Instant::now().checked_add(self.period);
    }
}

impl<S: Progress> ThrottleLatest<S> {
    /// Counts the items that were dropped for a newer one.
    pub fn dropped(&self) -> u64 {
        self.newest.dropped()
    }
}

impl<S: Progress> Stream for ThrottleLatest<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.newest.poll_next(this.input, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.newest.size_hint(self.input.size_hint())
    }
}

impl<S: Progress> FusedStream for ThrottleLatest<S> {
    fn is_terminated(&self) -> bool {
        self.newest.is_terminated()
    }
}

impl<S: Progress> Progress for ThrottleLatest<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.newest.poll_progress(this.input, cx)
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for ThrottleLatest<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThrottleLatest")
            .field("input", &self.input)
            .field("newest", &self.newest)
            .finish()
    }
}
