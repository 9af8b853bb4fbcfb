use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::UNITS_PER_POLL;
use crate::wake_set::WakeSet;
use crate::{Flow, Progress};

/// Stream for [`Flow::flatten_unordered`] and [`Flow::flat_map_unordered`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct FlattenUnordered<S: Progress> {
    #[pin]
    input: S,
    inners: WakeSet<S::Item>,
    max_inners: usize,
    // The input has ended.
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of every stream that the input gives, as they come.
    ///
    /// Up to `max_inners` streams are live at once, and while several have items,
    /// they take turns. The place of a stream that has ended goes to the next
    /// one. Each stream's own order is kept. A stream is polled only after it was
    /// woken, so those that are idle cost nothing.
    ///
    /// # Completion
    ///
    /// Ends when the input and all streams have ended. A stream is dropped as
    /// soon as it is seen to have ended.
    ///
    /// # Backpressure
    ///
    /// At most `max_inners` streams are held, and none of their items. While the
    /// output is blocked, [`poll_progress`](Progress::poll_progress) takes up to
    /// that many streams and drives the work that they have under way. Streams
    /// that wait for one that has no place yet wait for ever: give
    /// `max_inners` room for all that depend on each other.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops all live streams.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_inners` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let sensors = [0, 10, 20].map(|first| flow(stream::iter(first..first + 3)));
    /// let readings: Vec<_> = flow(stream::iter(sensors))
    ///     .flatten_unordered(2)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(readings, [0, 10, 1, 11, 2, 12, 20, 21, 22]);
    /// # }
    /// ```
    #[track_caller]
    pub fn flatten_unordered(self, max_inners: usize) -> Flow<FlattenUnordered<S>>
    where
        S::Item: Progress,
    {
        assert!(
            max_inners > 0,
            "0 streams live at once would never emit; give at least 1"
        );
        Flow::native(FlattenUnordered {
            input: self.into_stream(),
            inners: WakeSet::new(),
            max_inners,
            done: false,
        })
    }
}

impl<S, R> FlattenUnordered<S>
where
    S: Progress<Item = R>,
    R: Progress,
{
    /// Takes streams while there is room; says whether the input is pending.
    fn admit(self: Pin<&mut Self>, units: &mut usize, cx: &mut Context<'_>) -> bool {
        let mut this = self.project();
        while !*this.done && *units > 0 && this.inners.len() < *this.max_inners {
            match this.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(inner)) => {
                    *units -= 1;
                    this.inners.push(inner);
                }
                Poll::Ready(None) => *this.done = true,
                Poll::Pending => return true,
            }
        }
        false
    }

    /// Leaves the input, which is not pending, so that it moves on by itself or
    /// wakes the task.
    fn settle(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        let this = self.project();
        let upstream = this.input.poll_progress(cx);
        if this.inners.len() < *this.max_inners {
            // Only the budget stopped the intake.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        upstream
    }
}

impl<S, R> Stream for FlattenUnordered<S>
where
    S: Progress<Item = R>,
    R: Progress,
{
    type Item = R::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R::Item>> {
        let mut units = UNITS_PER_POLL;
        let mut pending = false;
        // Once more for the place of each stream that has ended.
        while units > 0 {
            if !pending {
                pending = self.as_mut().admit(&mut units, cx);
            }
            match self.as_mut().project().inners.poll_next(cx) {
                Poll::Ready(Some((_, Some(item)))) => return Poll::Ready(Some(item)),
                Poll::Ready(Some((_, None))) => units = units.saturating_sub(1),
                Poll::Ready(None) if self.done => return Poll::Ready(None),
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        if !pending {
            let _moving = self.as_mut().settle(cx);
        }
        if units == 0 {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let is_last = self.done || self.input.size_hint().1 == Some(0);
        let hints = self.inners.members().map(Stream::size_hint);
        let (lower, upper) = hints.fold((0_usize, Some(0_usize)), |(lower, upper), (l, u)| {
            let upper = upper.zip(u).and_then(|(a, b)| a.checked_add(b));
            (lower.saturating_add(l), upper)
        });
        (lower, upper.filter(|_| is_last))
    }
}

impl<S, R> FusedStream for FlattenUnordered<S>
where
    S: Progress<Item = R>,
    R: Progress,
{
    fn is_terminated(&self) -> bool {
        self.done && self.inners.is_empty()
    }
}

impl<S, R> Progress for FlattenUnordered<S>
where
    S: Progress<Item = R>,
    R: Progress,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut units = UNITS_PER_POLL;
        let pending = self.as_mut().admit(&mut units, cx);
        let inners = self.as_mut().project().inners.poll_progress(cx);
        if pending || self.as_mut().settle(cx).is_pending() {
            return Poll::Pending;
        }
        inners
    }
}

impl<S> fmt::Debug for FlattenUnordered<S>
where
    S: Progress + fmt::Debug,
    S::Item: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlattenUnordered")
            .field("input", &self.input)
            .field("inners", &self.inners)
            .field("max_inners", &self.max_inners)
            .finish_non_exhaustive()
    }
}
