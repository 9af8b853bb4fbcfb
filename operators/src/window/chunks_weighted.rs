use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::chunks_weighted`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct ChunksWeighted<S: Progress, F> {
    #[pin]
    input: S,
    cost: F,
    held: Vec<S::Item>,
    // The sum of the costs of the items held.
    weight: usize,
    max_weight: usize,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Gathers items into vectors whose costs add up to at most `max_weight`.
    ///
    /// A vector is emitted as soon as it weighs `max_weight`, or when the next
    /// item would take it past that; the item then begins the next vector. An
    /// item that alone costs more than `max_weight` is a vector of its own, so
    /// it never gets stuck. `cost` is called once for each item. Vectors are
    /// never empty, and joining them end to end gives back the input, in order.
    ///
    /// # Completion
    ///
    /// When the input ends, the items still held are emitted as one last
    /// vector; then the output ends.
    ///
    /// # Backpressure
    ///
    /// While the output is pending, items that cost less than `max_weight`
    /// together are held; besides, a vector that is emitted may leave the one
    /// next item behind. Items of cost zero are held in any number.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items held. To stop early without losing
    /// them, call [`ChunksWeighted::take_remainder`] first.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_weight` is zero.
    ///
    /// # Units
    ///
    /// `max_weight` is in the unit of `cost`: bytes, tokens, rows.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let words = stream::iter(["to", "be", "or", "nothing", "more"]);
    /// let lines: Vec<_> = flow(words)
    ///     .chunks_weighted(5, |word| word.len())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(lines, [vec!["to", "be"], vec!["or"], vec!["nothing"], vec!["more"]]);
    /// # }
    /// ```
    #[track_caller]
    pub fn chunks_weighted<F>(self, max_weight: usize, cost: F) -> Flow<ChunksWeighted<S, F>>
    where
        F: FnMut(&S::Item) -> usize,
    {
        assert!(
            max_weight > 0,
            "`chunks_weighted` of weight 0 would have room for nothing; give at least 1"
        );
        Flow::native(ChunksWeighted {
            input: self.into_stream(),
            cost,
            held: Vec::new(),
            weight: 0,
            max_weight,
            done: false,
        })
    }
}

impl<S: Progress, F> ChunksWeighted<S, F> {
    /// Takes out the items of the vector that is not yet complete.
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
    /// let never_ends = stream::iter(["to", "be"]).chain(stream::pending());
    /// let mut lines = flow(never_ends).chunks_weighted(5, |word: &&str| word.len());
    ///
    /// assert_eq!(lines.next().now_or_never(), None);
    /// assert_eq!(Pin::new(&mut lines).get_pin_mut().take_remainder(), ["to", "be"]);
    /// ```
    #[must_use = "the items are no longer in the vector"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<S::Item> {
        let this = self.project();
        take(this.held, this.weight)
    }
}

/// Takes out the vector and its weight.
fn take<T>(held: &mut Vec<T>, weight: &mut usize) -> Vec<T> {
    *weight = 0;
    mem::take(held)
}

impl<S, F> Stream for ChunksWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    type Item = Vec<S::Item>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        // The item left behind by the last vector may fill one by itself.
        if *this.weight >= *this.max_weight {
            return Poll::Ready(Some(take(this.held, this.weight)));
        }
        for _ in 0..UNITS_PER_POLL {
            let Some(item) = ready!(this.input.as_mut().poll_next(cx)) else {
                *this.done = true;
                let rest = take(this.held, this.weight);
                return Poll::Ready((!rest.is_empty()).then_some(rest));
            };
            let cost = (this.cost)(&item);
            if !this.held.is_empty() && cost > *this.max_weight - *this.weight {
                let chunk = take(this.held, this.weight);
                this.held.push(item);
                *this.weight = cost;
                return Poll::Ready(Some(chunk));
            }
            this.held.push(item);
            *this.weight += cost;
            if *this.weight >= *this.max_weight {
                return Poll::Ready(Some(take(this.held, this.weight)));
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        // At the least all further items cost nothing; at the most each fills
        // a vector.
        let begun = usize::from(!self.held.is_empty());
        let full = usize::from(self.weight >= self.max_weight);
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(begun));
        let open = lower.saturating_add(begun - full).min(1);
        (full + open, upper)
    }
}

impl<S, F> FusedStream for ChunksWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S, F> Progress for ChunksWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}

impl<S: Progress + fmt::Debug, F> fmt::Debug for ChunksWeighted<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunksWeighted")
            .field("input", &self.input)
            .field("held", &self.held.len())
            .field("weight", &self.weight)
            .field("max_weight", &self.max_weight)
            .finish_non_exhaustive()
    }
}
