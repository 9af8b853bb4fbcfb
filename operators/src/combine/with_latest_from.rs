use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::latest::Latest;
use super::side::{Side, both};
use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Stream for [`Flow::with_latest_from`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct WithLatestFrom<S: Stream, O: Stream, F> {
    #[pin]
    input: Side<S>,
    #[pin]
    other: Latest<O>,
    before_first: BeforeFirst,
    f: F,
    dropped: u64,
}

/// What [`Flow::with_latest_from`] does with items that come before the other
/// stream has its first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it says what happens to the first items"]
pub enum BeforeFirst {
    /// Takes and drops them; [`WithLatestFrom::dropped`] counts them.
    Drop,
    /// Takes one and holds it, so that the others wait upstream.
    Hold,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of every item and the newest item of the other.
    ///
    /// Items of this stream drive the output: an item of the other one only
    /// replaces the one before. Of what the other has ready, up to 64 items are
    /// taken before an item of this stream is; so one that always has more does
    /// not stop this one. `before_first` says what becomes of the items
    /// that come before the other has its first.
    ///
    /// # Completion
    ///
    /// Ends when this stream has ended, or the other without an item, since
    /// nothing could be emitted then; both inputs are dropped. The end of the
    /// other after an item changes nothing: its last one is used on.
    ///
    /// # Backpressure
    ///
    /// At most two items are held: the newest of the other, or none, and one of
    /// this stream. Nothing is taken from either unless the output is polled.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::combine::BeforeFirst;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let amounts = flow(stream::iter([1, 2, 3]));
    /// let rates = flow(stream::iter([10, 20]));
    /// let converted: Vec<_> = amounts
    ///     .with_latest_from(rates, BeforeFirst::Hold, |amount, rate| amount * rate)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(converted, [20, 40, 60]);
    /// # }
    /// ```
    pub fn with_latest_from<O, F, T>(
        self,
        other: Flow<O>,
        before_first: BeforeFirst,
        f: F,
    ) -> Flow<WithLatestFrom<S, O, F>>
    where
        O: Progress,
        F: FnMut(S::Item, &O::Item) -> T,
    {
        Flow::native(WithLatestFrom {
            input: Side::new(self.into_stream()),
            other: Latest::new(other.into_stream()),
            before_first,
            f,
            dropped: 0,
        })
    }
}

impl<S: Stream, O: Stream, F> WithLatestFrom<S, O, F> {
    /// Counts the items of the first stream that got no partner.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl<S, O, F, T> Stream for WithLatestFrom<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(S::Item, &O::Item) -> T,
{
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        let mut units = 0;
        // A part of the budget is left, so that an endless run of the other
        // does not keep this stream from its turn.
        let mut more = true;
        while more && units < UNITS_PER_POLL / 2 {
            more = this.other.as_mut().poll_change(cx);
            units += usize::from(more);
        }
        if this.other.is_barren() {
            *this.dropped += u64::from(this.input.as_mut().take().is_some());
            this.input.release();
            return Poll::Ready(None);
        }
        while units < UNITS_PER_POLL {
            units += 1;
            let filled = this.input.as_mut().fill(cx);
            if filled == Poll::Ready(false) {
                this.other.release();
                return Poll::Ready(None);
            }
            if let Some(other) = this.other.newest()
                && let Some(item) = this.input.as_mut().take()
            {
                return Poll::Ready(Some((this.f)(item, other)));
            }
            if !more && (filled.is_pending() || *this.before_first == BeforeFirst::Hold) {
                this.input.settle(filled, cx);
                return Poll::Pending;
            }
            if filled.is_pending() {
                break;
            }
            drop(this.input.as_mut().take());
            *this.dropped += 1;
        }
        let _moving = this.input.poll_progress(cx);
        let _moving = this.other.poll_progress(cx);
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.hint();
        let (other, _) = self.other.hint();
        let all =
            self.other.newest().is_some() || (self.before_first == BeforeFirst::Hold && other > 0);
        (if all { lower } else { 0 }, upper)
    }
}

impl<S, O, F, T> FusedStream for WithLatestFrom<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(S::Item, &O::Item) -> T,
{
    fn is_terminated(&self) -> bool {
        self.input.is_empty()
    }
}

impl<S, O, F, T> Progress for WithLatestFrom<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(S::Item, &O::Item) -> T,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = this.input.poll_progress(cx);
        both(input, this.other.poll_progress(cx))
    }
}

impl<S, O, F: Clone> Clone for WithLatestFrom<S, O, F>
where
    S: Stream<Item: Clone> + Clone,
    O: Stream<Item: Clone> + Clone,
{
    fn clone(&self) -> Self {
        Self {
            input: self.input.clone(),
            other: self.other.clone(),
            before_first: self.before_first,
            f: self.f.clone(),
            dropped: self.dropped,
        }
    }
}

impl<S, O, F> fmt::Debug for WithLatestFrom<S, O, F>
where
    S: Stream + fmt::Debug,
    O: Stream + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithLatestFrom")
            .field("input", &self.input)
            .field("other", &self.other)
            .field("before_first", &self.before_first)
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}
