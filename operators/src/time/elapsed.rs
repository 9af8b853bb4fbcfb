use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::Instant;

use crate::{Flow, Progress};

/// Stream for [`Flow::elapsed`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Elapsed<S> {
    #[pin]
    input: S,
    // The first poll, and from then on when an item was last taken.
    since: Option<Instant>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item with the time since the item before it was taken.
    ///
    /// The first item comes with the time since the first poll for it.
    ///
    /// # Units
    ///
    /// Tokio's clock, which is monotonic, and which tests can pause.
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
    /// let gaps: Vec<_> = interval(Duration::from_millis(10), MissedTick::Burst)
    ///     .elapsed()
    ///     .map(|(since, _)| since.as_millis())
    ///     .take(3)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(gaps, [0, 10, 10]);
    /// # }
    /// ```
    pub fn elapsed(self) -> Flow<Elapsed<S>> {
        Flow::native(Elapsed {
            input: self.into_stream(),
            since: None,
        })
    }
}

impl<S: Progress> Stream for Elapsed<S> {
    type Item = (Duration, S::Item);

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let since = *this.since.get_or_insert_with(Instant::now);
        let Some(item) = ready!(this.input.poll_next(cx)) else {
            return Poll::Ready(None);
        };
        let now = Instant::now();
        *this.since = Some(now);
        Poll::Ready(Some((now.duration_since(since), item)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S: Progress + FusedStream> FusedStream for Elapsed<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S: Progress> Progress for Elapsed<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
