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

/// Stream for [`Flow::debounce`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Debounce<S: Progress> {
    #[pin]
    input: S,
    newest: Newest<S::Item, Silence>,
}

/// When the item held leaves: after a silence, or a wait in all.
#[derive(Debug)]
struct Silence {
    quiet: Duration,
    max_wait: Duration,
    // When the wait in all is over. Set by the first item.
    latest: Option<Instant>,
}

impl<S: Progress> Flow<S> {
    /// Emits the newest item once no other has come for `quiet`.
    ///
    /// Each item takes the place of the one before it and begins the wait anew, so
    /// of items in quick succession only the last is emitted. Where they never
    /// stop, the newest leaves once `max_wait` has passed since the first that was
    /// held back; [`Duration::MAX`] waits for as long as it takes.
    ///
    /// # Completion
    ///
    /// When the input ends, the item held is emitted at once; then the output
    /// ends. So the last item of the input is always emitted.
    ///
    /// # Backpressure
    ///
    /// One item is held; [`dropped`](Debounce::dropped) counts those that a newer one
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
    /// Panics at the call site if `quiet` is zero. A wait needs a tokio runtime
    /// with the timer enabled; polling outside of one panics.
    ///
    /// # Units
    ///
    /// Both durations are measured on tokio's clock, to its resolution of one
    /// millisecond; one past the end of the clock never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::flow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let keys = stream::iter([("m", 10), ("mi", 10), ("mil", 90), ("mill", 10)])
    ///     .then(async |(typed, pause)| {
    ///         sleep(Duration::from_millis(pause)).await;
    ///         typed
    ///     });
    /// let searches: Vec<_> = flow(keys.boxed_local())
    ///     .debounce(Duration::from_millis(50), Duration::MAX)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(searches, ["mi", "mill"]);
    /// # }
    /// ```
    #[track_caller]
    pub fn debounce(self, quiet: Duration, max_wait: Duration) -> Flow<Debounce<S>> {
        assert!(
            !quiet.is_zero(),
            "a `debounce` with no time of quiet leaves nothing out; give a longer one"
        );
        Flow::native(Debounce {
            input: self.into_stream(),
            newest: Newest::new(Silence {
                quiet,
                max_wait,
                latest: None,
            }),
        })
    }
}

impl Timing for Silence {
    fn first(&mut self, now: Instant) -> Option<Instant> {
        self.latest = now.checked_add(self.max_wait);
        self.newer(now, None)
    }

    fn newer(&mut self, now: Instant, _: Option<Instant>) -> Option<Instant> {
        let silence = now.checked_add(self.quiet);
        // `None`, which is never, must not count as the earlier of two.
        match (silence, self.latest) {
            (Some(silence), Some(latest)) => Some(silence.min(latest)),
            (silence, latest) => silence.or(latest),
        }
    }
}

impl<S: Progress> Debounce<S> {
    /// Counts the items that were dropped for a newer one.
    pub fn dropped(&self) -> u64 {
        self.newest.dropped()
    }
}

impl<S: Progress> Stream for Debounce<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.newest.poll_next(this.input, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.newest.size_hint(self.input.size_hint())
    }
}

impl<S: Progress> FusedStream for Debounce<S> {
    fn is_terminated(&self) -> bool {
        self.newest.is_terminated()
    }
}

impl<S: Progress> Progress for Debounce<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.newest.poll_progress(this.input, cx)
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for Debounce<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Debounce")
            .field("input", &self.input)
            .field("newest", &self.newest)
            .finish()
    }
}
