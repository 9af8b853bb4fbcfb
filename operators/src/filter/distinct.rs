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

/// Stream for [`Flow::distinct`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Distinct<S: Progress> {
    #[pin]
    input: S,
    recent: Recent<S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items that are not among the latest `max_items` different ones.
    ///
    /// Every item becomes the latest one, also one that is left out. An item that
    /// has not come for so long that `max_items` other ones were seen since is
    /// forgotten, and emitted again when it comes. Where a part of the item tells
    /// it apart, [`distinct_by_key`](Flow::distinct_by_key) clones only that.
    ///
    /// # Backpressure
    ///
    /// Clones of up to `max_items` items are held, however long the stream is;
    /// [`Distinct::items`] tells how many.
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
    /// let ids = stream::iter([7, 7, 8, 7, 9, 8]);
    /// let new: Vec<_> = flow(ids).distinct(1_000).collect().await;
    ///
    /// assert_eq!(new, [7, 8, 9]);
    /// # }
    /// ```
    #[track_caller]
    pub fn distinct(self, max_items: usize) -> Flow<Distinct<S>>
    where
        S::Item: Hash + Eq + Clone,
    {
        assert!(
            max_items > 0,
            "with 0 items held every item would be distinct; give at least 1"
        );
        Flow::native(Distinct {
            input: self.into_stream(),
            recent: Recent::new(max_items),
        })
    }
}

impl<S: Progress> Distinct<S> {
    /// How many items are held now.
    ///
    /// Reached through [`Flow::get_ref`].
    pub fn items(&self) -> usize {
        self.recent.len()
    }
}

impl<S> Stream for Distinct<S>
where
    S: Progress,
    S::Item: Hash + Eq + Clone,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(this.input.as_mut().poll_next(cx));
            if item.clone().is_none_or(|item| this.recent.insert(item)) {
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

impl<S> FusedStream for Distinct<S>
where
    S: Progress + FusedStream,
    S::Item: Hash + Eq + Clone,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S> Progress for Distinct<S>
where
    S: Progress,
    S::Item: Hash + Eq + Clone,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: Progress + fmt::Debug> fmt::Debug for Distinct<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Distinct")
            .field("input", &self.input)
            .field("items", &self.recent.len())
            .finish_non_exhaustive()
    }
}
