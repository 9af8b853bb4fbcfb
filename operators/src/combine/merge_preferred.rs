use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::{both, drive, next_of};
use super::sum_of_hints;
use crate::{Flow, Progress};

/// Stream for [`Flow::merge_preferred`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct MergePreferred<S, O> {
    // Each side is dropped as soon as it ends.
    #[pin]
    input: Option<S>,
    #[pin]
    other: Option<O>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of both streams as they come, those of this one first.
    ///
    /// An item of the other is emitted only when this stream has none ready. As
    /// long as this one always has, the other gets no turn; where it must,
    /// [`merge_prioritized`](crate::combine::merge_prioritized) gives it a
    /// share.
    ///
    /// # Completion
    ///
    /// Ends when both have ended. A side is dropped as soon as it ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let commands = flow(stream::iter(["stop", "go"]));
    /// let data = flow(stream::iter(["a", "b"]));
    /// let merged: Vec<_> = commands.merge_preferred(data).collect().await;
    ///
    /// assert_eq!(merged, ["stop", "go", "a", "b"]);
    /// # }
    /// ```
    pub fn merge_preferred<O>(self, other: Flow<O>) -> Flow<MergePreferred<S, O>>
    where
        O: Progress<Item = S::Item>,
    {
        Flow::native(MergePreferred {
            input: Some(self.into_stream()),
            other: Some(other.into_stream()),
        })
    }
}

impl<S, O> Stream for MergePreferred<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let polled = next_of(this.input.as_mut(), cx);
        if let Poll::Ready(Some(_)) = polled {
            return polled;
        }
        match next_of(this.other.as_mut(), cx) {
            // The output ends if the preferred side has ended too.
            Poll::Ready(None) => polled,
            other => other,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let input = self.input.as_ref().map(Stream::size_hint);
        let other = self.other.as_ref().map(Stream::size_hint);
        sum_of_hints(input.into_iter().chain(other))
    }
}

impl<S, O> FusedStream for MergePreferred<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.other.is_none()
    }
}

impl<S, O> Progress for MergePreferred<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = drive(this.input, cx);
        both(input, drive(this.other, cx))
    }
}
