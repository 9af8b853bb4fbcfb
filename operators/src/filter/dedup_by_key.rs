use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::dedup_by_key`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct DedupByKey<S, F, K> {
    #[pin]
    input: S,
    key: F,
    // Of the latest item that was emitted, until the end.
    held: Option<K>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items whose key differs from that of the item before.
    ///
    /// The first item is always emitted. A key is compared only with that of
    /// the latest item that was emitted: after another key it may come again.
    ///
    /// # Backpressure
    ///
    /// One key is held.
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
    /// let firsts: Vec<_> = flow(lines)
    ///     .dedup_by_key(|line| line.chars().next())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(firsts, ["b1", "a3", "b4"]);
    /// # }
    /// ```
    pub fn dedup_by_key<K, F>(self, key: F) -> Flow<DedupByKey<S, F, K>>
    where
        F: FnMut(&S::Item) -> K,
        K: PartialEq,
    {
        Flow::native(DedupByKey {
            input: self.into_stream(),
            key,
            held: None,
        })
    }
}

impl<S, F, K> Stream for DedupByKey<S, F, K>
where
    S: Progress,
    F: FnMut(&S::Item) -> K,
    K: PartialEq,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(this.input.as_mut().poll_next(cx));
            let key = item.as_ref().map(&mut *this.key);
            if key.is_none() || key != *this.held {
                *this.held = key;
                return Poll::Ready(item);
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.size_hint();
        let first = usize::from(self.held.is_none());
        (lower.min(first), upper)
    }
}

impl<S, F, K> FusedStream for DedupByKey<S, F, K>
where
    S: Progress + FusedStream,
    F: FnMut(&S::Item) -> K,
    K: PartialEq,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, F, K> Progress for DedupByKey<S, F, K>
where
    S: Progress,
    F: FnMut(&S::Item) -> K,
    K: PartialEq,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F, K> fmt::Debug for DedupByKey<S, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DedupByKey")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
