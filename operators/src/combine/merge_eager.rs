use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::drive;
use super::{Merge, sum_of_hints};
use crate::{Flow, Progress};

/// Stream for [`Flow::merge_eager`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct MergeEager<S, O> {
    // Gone once a side has ended.
    #[pin]
    sides: Option<Merge<S, O>>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of both streams as they come, until one of them ends.
    ///
    /// While both have items, they take turns. Each stream's own order is
    /// kept.
    ///
    /// # Completion
    ///
    /// Ends as soon as either has ended, and drops the other then. An item of
    /// the other that is ready in the same poll is the last.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let work = flow(stream::iter([1, 2]));
    /// let heartbeats = flow(stream::repeat(0));
    /// let merged: Vec<_> = work.merge_eager(heartbeats).collect().await;
    ///
    /// assert_eq!(merged, [1, 0, 2, 0, 0]);
    /// # }
    /// ```
    pub fn merge_eager<O>(self, other: Flow<O>) -> Flow<MergeEager<S, O>>
    where
        O: Progress<Item = S::Item>,
    {
        let sides = Some(Merge::new(self.into_stream(), other.into_stream()));
        Flow::native(MergeEager { sides })
    }
}

impl<S, O> Stream for MergeEager<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let Some(mut sides) = this.sides.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let polled = sides.as_mut().poll_next(cx);
        if sides.has_both() {
            return polled;
        }
        this.sides.set(None);
        match polled {
            Poll::Ready(item) => Poll::Ready(item),
            Poll::Pending => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(sides) = &self.sides else {
            return (0, Some(0));
        };
        let hints = sides.hints();
        let (_, upper) = sum_of_hints(hints);
        (hints[0].0.min(hints[1].0), upper)
    }
}

impl<S, O> FusedStream for MergeEager<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.sides.is_none()
    }
}

impl<S, O> Progress for MergeEager<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        drive(self.project().sides, cx)
    }
}
