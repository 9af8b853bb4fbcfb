use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::dedup`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Dedup<S: Progress> {
    #[pin]
    input: S,
    // A clone of the latest item that was emitted, until the end.
    held: Option<S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items that differ from the item before.
    ///
    /// The first item is always emitted. An item is compared only with the
    /// latest one that was emitted: after another item it may come again.
    ///
    /// # Backpressure
    ///
    /// The clone of one item is held.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let states = stream::iter(["up", "up", "down", "up"]);
    /// let changes: Vec<_> = flow(states).dedup().collect().await;
    ///
    /// assert_eq!(changes, ["up", "down", "up"]);
    /// # }
    /// ```
    pub fn dedup(self) -> Flow<Dedup<S>>
    where
        S::Item: Clone + PartialEq,
    {
        Flow::native(Dedup {
            input: self.into_stream(),
            held: None,
        })
    }
}

impl<S> Stream for Dedup<S>
where
    S: Progress,
    S::Item: Clone + PartialEq,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(this.input.as_mut().poll_next(cx));
            if item.is_none() || item != *this.held {
                this.held.clone_from(&item);
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

impl<S> FusedStream for Dedup<S>
where
    S: Progress + FusedStream,
    S::Item: Clone + PartialEq,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S> Progress for Dedup<S>
where
    S: Progress,
    S::Item: Clone + PartialEq,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
