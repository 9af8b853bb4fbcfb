use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::chunks`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Chunks<S: Progress> {
    #[pin]
    input: S,
    held: Vec<S::Item>,
    max_items: usize,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Gathers items into vectors of `max_items`.
    ///
    /// Joining the vectors end to end gives back the input, in order. A vector
    /// is emitted only when it is full; use `batch` where items must not wait
    /// that long.
    ///
    /// # Completion
    ///
    /// When the input ends, the items still held are emitted as one last,
    /// shorter vector; then the output ends.
    ///
    /// # Backpressure
    ///
    /// At most `max_items - 1` items are held while the output is pending.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items held. To stop early without losing
    /// them, call [`Chunks::take_remainder`] first.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let pairs: Vec<_> = flow(stream::iter([1, 2, 3])).chunks(2).collect().await;
    ///
    /// assert_eq!(pairs, [vec![1, 2], vec![3]]);
    /// # }
    /// ```
    #[track_caller]
    pub fn chunks(self, max_items: usize) -> Flow<Chunks<S>> {
        assert!(
            max_items > 0,
            "`chunks` of 0 items would never be full; give at least 1"
        );
        Flow::native(Chunks {
            input: self.into_stream(),
            held: Vec::new(),
            max_items,
            done: false,
        })
    }
}

impl<S: Progress> Chunks<S> {
    /// Takes out the items of the vector that is not yet full.
    ///
    /// Reached through [`Flow::get_pin_mut`]. The next item starts a new
    /// vector.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    ///
    /// use futures::FutureExt;
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::flow;
    ///
    /// let never_ends = stream::iter([1, 2, 3]).chain(stream::pending());
    /// let mut pairs = flow(never_ends).chunks(2);
    ///
    /// assert_eq!(pairs.next().now_or_never(), Some(Some(vec![1, 2])));
    /// assert_eq!(pairs.next().now_or_never(), None);
    /// assert_eq!(Pin::new(&mut pairs).get_pin_mut().take_remainder(), [3]);
    /// ```
    #[must_use = "the items are no longer in the vector"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<S::Item> {
        mem::take(self.project().held)
    }
}

impl<S: Progress> Stream for Chunks<S> {
    type Item = Vec<S::Item>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        let room = *this.max_items - this.held.len();
        let mut left = room.min(UNITS_PER_POLL);
        while left > 0 {
            let held = &mut *this.held;
            let handed = this.input.as_mut().poll_many(cx, left, |item| {
                if held.capacity() == 0 {
                    held.reserve_exact((*this.max_items).min(UNITS_PER_POLL));
                }
                held.push(item);
            });
            let Some(handed) = ready!(handed) else {
                *this.done = true;
                let rest = mem::take(this.held);
                return Poll::Ready((!rest.is_empty()).then_some(rest));
            };
            left -= handed;
        }
        if this.held.len() == *this.max_items {
            return Poll::Ready(Some(mem::take(this.held)));
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        let held = self.held.len();
        let chunks = |items: usize| items.div_ceil(self.max_items);
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (chunks(lower.saturating_add(held)), upper.map(chunks))
    }
}

impl<S: Progress> FusedStream for Chunks<S> {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S: Progress> Progress for Chunks<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}
