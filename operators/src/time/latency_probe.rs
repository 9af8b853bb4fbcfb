use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::Instant;

use crate::{Flow, Progress};

/// Stream for [`Flow::latency_probe`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct LatencyProbe<S, F, R> {
    #[pin]
    input: S,
    since: F,
    record: R,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, and tells `record` how old it is.
    ///
    /// `since` says from when its age counts: the instant that
    /// [`timestamp`](Self::timestamp) gave it further up, or one of its own. An
    /// instant that lies in the future makes it zero.
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
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let wait = Duration::from_millis(10);
    /// let mut ages = Vec::new();
    /// flow(stream::iter(["a", "b"]))
    ///     .timestamp()
    ///     .delay(100, wait)
    ///     .latency_probe(|(taken, _)| *taken, |age| ages.push(age))
    ///     .for_each(drop)
    ///     .await;
    ///
    /// assert_eq!(ages, [wait, wait]);
    /// # }
    /// ```
    pub fn latency_probe<F, R>(self, since: F, record: R) -> Flow<LatencyProbe<S, F, R>>
    where
        F: FnMut(&S::Item) -> Instant,
        R: FnMut(Duration),
    {
        Flow::native(LatencyProbe {
            input: self.into_stream(),
            since,
            record,
        })
    }
}

impl<S, F, R> Stream for LatencyProbe<S, F, R>
where
    S: Progress,
    F: FnMut(&S::Item) -> Instant,
    R: FnMut(Duration),
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.input.poll_next(cx).map(|item| {
            item.inspect(|item| {
                let since = (this.since)(item);
                (this.record)(Instant::now().saturating_duration_since(since));
            })
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, F, R> FusedStream for LatencyProbe<S, F, R>
where
    S: Progress + FusedStream,
    F: FnMut(&S::Item) -> Instant,
    R: FnMut(Duration),
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, F, R> Progress for LatencyProbe<S, F, R>
where
    S: Progress,
    F: FnMut(&S::Item) -> Instant,
    R: FnMut(Duration),
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F, R> fmt::Debug for LatencyProbe<S, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LatencyProbe")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
