use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::chunks_by`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct ChunksBy<S: Progress, F, K> {
    #[pin]
    input: S,
    key: F,
    held: Vec<S::Item>,
    // Of the items held.
    held_key: Option<K>,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Gathers neighbours of one key into vectors.
    ///
    /// A vector is emitted when an item with another key comes, which begins
    /// the next vector. Only neighbours are gathered: after another key, the
    /// same key may come again. `key` is called once for each item. Vectors
    /// are never empty, and joining them end to end gives back the input, in
    /// order.
    ///
    /// # Completion
    ///
    /// When the input ends, the items still held are emitted as one last
    /// vector; then the output ends.
    ///
    /// # Backpressure
    ///
    /// All neighbours of one key are held, however many they are, with their
    /// key. Use `dedup_by_key` where the first of them is enough.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items held. To stop early without losing
    /// them, call [`ChunksBy::take_remainder`] first.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines = stream::iter(["b1", "b2", "a3", "b4"]);
    /// let groups: Vec<_> = flow(lines)
    ///     .chunks_by(|line| line.chars().next())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(groups, [vec!["b1", "b2"], vec!["a3"], vec!["b4"]]);
    /// # }
    /// ```
    pub fn chunks_by<K, F>(self, key: F) -> Flow<ChunksBy<S, F, K>>
    where
        F: FnMut(&S::Item) -> K,
        K: PartialEq,
    {
        Flow::native(ChunksBy {
            input: self.into_stream(),
            key,
            held: Vec::new(),
            held_key: None,
            done: false,
        })
    }
}

impl<S: Progress, F, K> ChunksBy<S, F, K> {
    /// Takes out the items of the vector that is not yet complete.
    ///
    /// Reached through [`Flow::get_pin_mut`]. The next item starts a new
    /// vector, whatever its key.
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
    /// let never_ends = stream::iter([1, 3, 4]).chain(stream::pending());
    /// let mut groups = flow(never_ends).chunks_by(|n| n % 2);
    ///
    /// assert_eq!(groups.next().now_or_never(), Some(Some(vec![1, 3])));
    /// assert_eq!(Pin::new(&mut groups).get_pin_mut().take_remainder(), [4]);
    /// ```
    #[must_use = "the items are no longer in the vector"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<S::Item> {
        let this = self.project();
        *this.held_key = None;
        mem::take(this.held)
    }
}

impl<S, F, K> Stream for ChunksBy<S, F, K>
where
    S: Progress,
    F: FnMut(&S::Item) -> K,
    K: PartialEq,
{
    type Item = Vec<S::Item>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        for _ in 0..UNITS_PER_POLL {
            let Some(item) = ready!(this.input.as_mut().poll_next(cx)) else {
                *this.done = true;
                *this.held_key = None;
                let rest = mem::take(this.held);
                return Poll::Ready((!rest.is_empty()).then_some(rest));
            };
            let key = Some((this.key)(&item));
            let begins = key != *this.held_key;
            *this.held_key = key;
            if begins && !this.held.is_empty() {
                return Poll::Ready(Some(mem::replace(this.held, vec![item])));
            }
            this.held.push(item);
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        // At the least all items to come have the key of those held; at the
        // most each has its own.
        let begun = usize::from(!self.held.is_empty());
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(begun));
        (lower.saturating_add(begun).min(1), upper)
    }
}

impl<S, F, K> FusedStream for ChunksBy<S, F, K>
where
    S: Progress,
    F: FnMut(&S::Item) -> K,
    K: PartialEq,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S, F, K> Progress for ChunksBy<S, F, K>
where
    S: Progress,
    F: FnMut(&S::Item) -> K,
    K: PartialEq,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}

impl<S: Progress + fmt::Debug, F, K> fmt::Debug for ChunksBy<S, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunksBy")
            .field("input", &self.input)
            .field("held", &self.held.len())
            .finish_non_exhaustive()
    }
}
