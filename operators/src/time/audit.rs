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

/// Stream for [`Flow::audit`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Audit<S: Progress> {
    #[pin]
    input: S,
    newest: Newest<S::Item, Wait>,
}

/// When the item held leaves: some time after the first.
#[derive(Debug)]
struct Wait(Duration);

impl<S: Progress> Flow<S> {
    /// Emits the newest item, `wait` after the first that was held back.
    ///
    /// An item begins the wait, those that come meanwhile take its place, and the
    /// newest leaves when the wait is over. The next item begins another. So every
    /// item, or a newer one, leaves within `wait`.
    ///
    /// # Completion
    ///
    /// When the input ends, the item held is emitted at once; then the output
    /// ends. So the last item of the input is always emitted.
    ///
    /// # Backpressure
    ///
    /// One item is held; [`dropped`](Audit::dropped) counts those that a newer one
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
    /// Panics at the call site if `wait` is zero. A wait needs a tokio runtime
    /// with the timer enabled; polling outside of one panics.
    ///
    /// # Units
    ///
    /// `wait` is measured on tokio's clock, to its resolution of one millisecond;
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
    /// let audited: Vec<_> = ticks
    ///     .enumerate()
    ///     .map(|(index, _)| index)
    ///     .audit(Duration::from_millis(25))
    ///     .take(3)
    ///     .collect()
    ///     .await;
    ///
    /// // Begun by 0, 3 and 6.
    /// assert_eq!(audited, [2, 5, 8]);
    /// # }
    /// ```
    #[track_caller]
    pub fn audit(self, wait: Duration) -> Flow<Audit<S>> {
        assert!(
            !wait.is_zero(),
            "an `audit` with no wait leaves nothing out; give a longer one"
        );
        Flow::native(Audit {
            input: self.into_stream(),
            newest: Newest::new(Wait(wait)),
        })
    }
}

impl Timing for Wait {
    fn first(&mut self, now: Instant) -> Option<Instant> {
        now.checked_add(self.0)
    }
}

impl<S: Progress> Audit<S> {
    /// Counts the items that were dropped for a newer one.
    pub fn dropped(&self) -> u64 {
        self.newest.dropped()
    }
}

impl<S: Progress> Stream for Audit<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.newest.poll_next(this.input, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.newest.size_hint(self.input.size_hint())
    }
}

impl<S: Progress> FusedStream for Audit<S> {
    fn is_terminated(&self) -> bool {
        self.newest.is_terminated()
    }
}

impl<S: Progress> Progress for Audit<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.newest.poll_progress(this.input, cx)
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for Audit<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Audit")
            .field("input", &self.input)
            .field("newest", &self.newest)
            .finish()
    }
}
