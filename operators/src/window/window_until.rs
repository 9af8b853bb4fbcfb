use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::Substream;
use super::shared_input::Boundary;
use super::splits::Splits;
use crate::{Flow, Progress};

/// Stream for [`Flow::window_until`].
#[must_use = "streams do nothing unless polled"]
pub struct WindowUntil<S: Progress, F> {
    splits: Splits<S, F>,
}

impl<S: Progress> Flow<S> {
    /// Emits the input in parts; an item that is a boundary ends its part.
    ///
    /// A part is emitted when its first item comes; its last item is the next
    /// one for which `is_boundary` holds, or the last of all. Use
    /// [`split_when`](Flow::split_when) where the boundary begins a part.
    ///
    /// Each part is a flow of its own, a [`Substream`], which shares the input:
    /// what it emits is taken from the input when it is polled, and no items
    /// are gathered. It may be moved to another task. Parts are never empty.
    ///
    /// The next part is emitted only when the one before has come to its end or
    /// has been dropped. What a dropped part has not emitted is skipped, and
    /// counted by [`WindowUntil::skipped`]. A part that is kept and not used would
    /// hold up the rest for ever; so one that nobody has polled for
    /// `stale_after`, counted from when the output first waits for it, is cut:
    /// its items are skipped, and it ends, which [`Substream::is_cut`] tells. A
    /// part that has been polled once is never cut.
    ///
    /// # Completion
    ///
    /// Ends once the input has ended and the last part is over too.
    ///
    /// # Backpressure
    ///
    /// Holds one item: the first of a part. While a part is open, only its
    /// consumer takes items.
    ///
    /// # Cancellation
    ///
    /// Dropping the output lets the open part go on to its end. The input is
    /// dropped when both are.
    ///
    /// # Panics
    ///
    /// Waiting for a part that nobody polls needs a tokio runtime with the timer
    /// enabled; polling outside of one panics.
    ///
    /// # Units
    ///
    /// `stale_after` is measured on tokio's clock. [`Duration::ZERO`] cuts a
    /// part that has not been polled as soon as the next one is asked for;
    /// [`Duration::MAX`] never cuts one.
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
    /// let words = stream::iter(["one", "two.", "three.", "four"]);
    /// let mut sentences =
    ///     flow(words).window_until(Duration::from_secs(5), |word| word.ends_with('.'));
    ///
    /// let mut lengths = Vec::new();
    /// while let Some(sentence) = sentences.next().await {
    ///     lengths.push(sentence.collect::<Vec<_>>().await.len());
    /// }
    ///
    /// assert_eq!(lengths, [2, 1, 1]);
    /// # }
    /// ```
    pub fn window_until<F>(self, stale_after: Duration, is_boundary: F) -> Flow<WindowUntil<S, F>>
    where
        F: FnMut(&S::Item) -> bool,
    {
        let input = self.into_stream();
        Flow::native(WindowUntil {
            splits: Splits::new(input, Boundary::Last, stale_after, is_boundary),
        })
    }
}

impl<S: Progress, F> WindowUntil<S, F> {
    /// How many items were skipped, since their part was dropped or cut.
    pub fn skipped(&self) -> u64 {
        self.splits.skipped()
    }
}

impl<S, F> Stream for WindowUntil<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    type Item = Flow<Substream<S, F>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.splits.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.splits.size_hint()
    }
}

impl<S, F> FusedStream for WindowUntil<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    fn is_terminated(&self) -> bool {
        self.splits.is_terminated()
    }
}

impl<S, F> Progress for WindowUntil<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.splits.poll_progress(cx)
    }
}

impl<S: Progress, F> fmt::Debug for WindowUntil<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowUntil")
            .field("skipped", &self.skipped())
            .finish_non_exhaustive()
    }
}
