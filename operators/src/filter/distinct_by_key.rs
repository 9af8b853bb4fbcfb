use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::recent::Recent;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::distinct_by_key`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct DistinctByKey<S, F, K> {
    #[pin]
    input: S,
    key: F,
    recent: Recent<K>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items whose key is not among the latest `max_keys` keys.
    ///
    /// Every item makes its key the latest one, also an item that is left out. A
    /// key that has not come for so long that `max_keys` other ones were seen
    /// since is forgotten, and its next item is emitted again.
    ///
    /// # Backpressure
    ///
    /// Up to `max_keys` keys are held, however long the stream is;
    /// [`DistinctByKey::keys`] tells how many.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_keys` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines = stream::iter(["a1", "b2", "a3", "c4", "b5"]);
    /// let firsts: Vec<_> = flow(lines)
    ///     .distinct_by_key(2, |line| line.chars().next())
    ///     .collect()
    ///     .await;
    ///
    /// // "c4" took the place of the "b" of "b2".
    /// assert_eq!(firsts, ["a1", "b2", "c4", "b5"]);
    /// # }
    /// ```
    #[track_caller]
    pub fn distinct_by_key<K, F>(self, max_keys: usize, key: F) -> Flow<DistinctByKey<S, F, K>>
    where
        F: FnMut(&S::Item) -> K,
        K: Hash + Eq + Clone,
    {
        assert!(
            max_keys > 0,
            "with 0 keys held every item would be distinct; give at least 1"
        );
        Flow::native(DistinctByKey {
            input: self.into_stream(),
            key,
            recent: Recent::new(max_keys),
        })
    }
}

impl<S, F, K> DistinctByKey<S, F, K> {
    /// How many keys are held now.
    ///
    /// Reached through [`Flow::get_ref`].
    pub fn keys(&self) -> usize {
        self.recent.len()
    }
}

impl<S, F, K> Stream for DistinctByKey<S, F, K>
where
    S: Progress,
    F: FnMut(&S::Item) -> K,
    K: Hash + Eq + Clone,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(this.input.as_mut().poll_next(cx));
            let key = item.as_ref().map(&mut *this.key);
            if key.is_none_or(|key| this.recent.insert(key)) {
                return Poll::Ready(item);
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.size_hint();
        let first = usize::from(self.recent.len() == 0);
        (lower.min(first), upper)
    }
}

impl<S, F, K> FusedStream for DistinctByKey<S, F, K>
where
    S: Progress + FusedStream,
    F: FnMut(&S::Item) -> K,
    K: Hash + Eq + Clone,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, F, K> Progress for DistinctByKey<S, F, K>
where
    S: Progress,
    F: FnMut(&S::Item) -> K,
    K: Hash + Eq + Clone,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F, K> fmt::Debug for DistinctByKey<S, F, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DistinctByKey")
            .field("input", &self.input)
            .field("keys", &self.recent.len())
            .finish_non_exhaustive()
    }
}
