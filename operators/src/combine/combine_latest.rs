use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::latest::Latest;
use super::side::both;
use super::sum_of_hints;
use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Stream for [`Flow::combine_latest`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct CombineLatest<S: Stream, O: Stream, F> {
    #[pin]
    input: Latest<S>,
    #[pin]
    other: Latest<O>,
    f: F,
    // Whose turn it is to be asked first.
    other_first: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of the newest items of both streams, at each change.
    ///
    /// Every item of either side gives one output, with the newest item of the
    /// other; the items that a side gives before the other has its first are
    /// replaced. While both sides have items, they take turns.
    ///
    /// # Completion
    ///
    /// Ends when both have ended, or one of them without an item, since nothing
    /// could be emitted then. A side is dropped as soon as it ends; its newest
    /// item is kept until the output ends.
    ///
    /// # Backpressure
    ///
    /// The newest item of each side is held. Nothing is taken from either side
    /// unless the output is polled, so no change is left out.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let temperatures = flow(stream::iter([20, 22]));
    /// let offsets = flow(stream::iter([100, 200]));
    /// let corrected: Vec<_> = temperatures
    ///     .combine_latest(offsets, |temperature, offset| temperature + offset)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(corrected, [120, 122, 222]);
    /// # }
    /// ```
    pub fn combine_latest<O, F, T>(self, other: Flow<O>, f: F) -> Flow<CombineLatest<S, O, F>>
    where
        O: Progress,
        F: FnMut(&S::Item, &O::Item) -> T,
    {
        Flow::native(CombineLatest {
            input: Latest::new(self.into_stream()),
            other: Latest::new(other.into_stream()),
            f,
            other_first: false,
        })
    }
}

impl<S, O, F, T> Stream for CombineLatest<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(&S::Item, &O::Item) -> T,
{
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let other_first = mem::replace(this.other_first, !*this.other_first);
            let mut changed = false;
            for ask_other in [other_first, !other_first] {
                changed = changed
                    || if ask_other {
                        this.other.as_mut().poll_change(cx)
                    } else {
                        this.input.as_mut().poll_change(cx)
                    };
            }
            if this.input.is_barren() || this.other.is_barren() {
                this.input.release();
                this.other.release();
                return Poll::Ready(None);
            }
            if changed && let Some((item, other)) = this.input.newest().zip(this.other.newest()) {
                return Poll::Ready(Some((this.f)(item, other)));
            }
            if !changed && this.input.has_ended() && this.other.has_ended() {
                this.input.release();
                this.other.release();
                return Poll::Ready(None);
            }
            if !changed {
                return Poll::Pending;
            }
        }
        let _moving = this.input.poll_progress(cx);
        let _moving = this.other.poll_progress(cx);
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (input, other) = (self.input.hint(), self.other.hint());
        let (_, upper) = sum_of_hints([input, other]);
        let lower = match (self.input.newest(), self.other.newest()) {
            (Some(_), Some(_)) => input.0.saturating_add(other.0),
            // All items of the one may come before the first of the other.
            (Some(_), None) => other.0,
            (None, Some(_)) => input.0,
            (None, None) => input.0.min(other.0),
        };
        (lower, upper)
    }
}

impl<S, O, F, T> FusedStream for CombineLatest<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(&S::Item, &O::Item) -> T,
{
    fn is_terminated(&self) -> bool {
        self.input.has_ended() && self.other.has_ended()
    }
}

impl<S, O, F, T> Progress for CombineLatest<S, O, F>
where
    S: Progress,
    O: Progress,
    F: FnMut(&S::Item, &O::Item) -> T,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = this.input.poll_progress(cx);
        both(input, this.other.poll_progress(cx))
    }
}

impl<S, O, F: Clone> Clone for CombineLatest<S, O, F>
where
    S: Stream<Item: Clone> + Clone,
    O: Stream<Item: Clone> + Clone,
{
    fn clone(&self) -> Self {
        Self {
            input: self.input.clone(),
            other: self.other.clone(),
            f: self.f.clone(),
            other_first: self.other_first,
        }
    }
}

impl<S, O, F> fmt::Debug for CombineLatest<S, O, F>
where
    S: Stream + fmt::Debug,
    O: Stream + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CombineLatest")
            .field("input", &self.input)
            .field("other", &self.other)
            .finish_non_exhaustive()
    }
}
