use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::next_of;
use super::sum_of_hints;
use crate::{Flow, Progress};

/// Stream for [`Flow::concat`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Concat<S, O> {
    // Each is dropped as soon as it ends.
    #[pin]
    input: Option<S>,
    #[pin]
    other: Option<O>,
}

impl<S: Progress> Flow<S> {
    /// Emits all items of this stream, then all of the other.
    ///
    /// The other stream is not touched before this one has ended: none of its
    /// work begins sooner, not even in
    /// [`poll_progress`](Progress::poll_progress).
    ///
    /// # Completion
    ///
    /// Ends when the other has ended. Each input is dropped as soon as it ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let history = flow(stream::iter([1, 2]));
    /// let live = flow(stream::iter([3, 4]));
    /// let all: Vec<_> = history.concat(live).collect().await;
    ///
    /// assert_eq!(all, [1, 2, 3, 4]);
    /// # }
    /// ```
    pub fn concat<O>(self, other: Flow<O>) -> Flow<Concat<S, O>>
    where
        O: Progress<Item = S::Item>,
    {
        Flow::native(Concat {
            input: Some(self.into_stream()),
            other: Some(other.into_stream()),
        })
    }
}

impl<S, O> Stream for Concat<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let polled = next_of(this.input.as_mut(), cx);
        let Poll::Ready(None) = polled else {
            return polled;
        };
        next_of(this.other, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let input = self.input.as_ref().map(Stream::size_hint);
        let other = self.other.as_ref().map(Stream::size_hint);
        sum_of_hints(input.into_iter().chain(other))
    }
}

impl<S, O> FusedStream for Concat<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.other.is_none()
    }
}

impl<S, O> Progress for Concat<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match (this.input.as_pin_mut(), this.other.as_pin_mut()) {
            (Some(input), _) => input.poll_progress(cx),
            (None, Some(other)) => other.poll_progress(cx),
            (None, None) => Poll::Ready(()),
        }
    }
}
