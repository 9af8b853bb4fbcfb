use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::Instant;

use crate::{Flow, Progress};

/// Stream for [`Flow::timestamp`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Timestamp<S> {
    #[pin]
    input: S,
}

impl<S: Progress> Flow<S> {
    /// Emits every item with the instant at which it was taken.
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
    /// use tokio::time::Instant;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// let wait = Duration::from_millis(10);
    /// let stamped: Vec<_> = flow(stream::iter(["a", "b"]))
    ///     .initial_delay(wait)
    ///     .timestamp()
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(stamped, [(start + wait, "a"), (start + wait, "b")]);
    /// # }
    /// ```
    pub fn timestamp(self) -> Flow<Timestamp<S>> {
        Flow::native(Timestamp {
            input: self.into_stream(),
        })
    }
}

impl<S: Progress> Stream for Timestamp<S> {
    type Item = (Instant, S::Item);

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = self.project().input.poll_next(cx);
        item.map(|item| item.map(|item| (Instant::now(), item)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S: Progress + FusedStream> FusedStream for Timestamp<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S: Progress> Progress for Timestamp<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
