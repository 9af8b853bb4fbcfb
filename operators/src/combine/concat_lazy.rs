use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::next_of;
use super::sum_of_hints;
use crate::{Flow, Progress};

/// Stream for [`Flow::concat_lazy`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct ConcatLazy<S, F, O> {
    // Each is dropped as soon as it ends.
    #[pin]
    input: Option<S>,
    #[pin]
    other: Option<O>,
    // Gone once it is called.
    open: Option<F>,
}

impl<S: Progress> Flow<S> {
    /// Emits all items of this stream, then all of the one that `open` makes.
    ///
    /// `open` is called when this stream has ended, and not before: a file or a
    /// connection that the second one needs is not held open meanwhile. Where
    /// the second one costs nothing to keep, see [`concat`](Flow::concat).
    ///
    /// # Completion
    ///
    /// Ends when the second has ended. Each input is dropped as soon as it ends.
    ///
    /// # Panics
    ///
    /// A panic of `open` ends the output.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines = flow(stream::iter(["a", "b"]))
    ///     .concat_lazy(|| flow(stream::iter(["c"])))
    ///     .collect::<Vec<_>>()
    ///     .await;
    ///
    /// assert_eq!(lines, ["a", "b", "c"]);
    /// # }
    /// ```
    pub fn concat_lazy<F, O>(self, open: F) -> Flow<ConcatLazy<S, F, O>>
    where
        F: FnOnce() -> Flow<O>,
        O: Progress<Item = S::Item>,
    {
        Flow::native(ConcatLazy {
            input: Some(self.into_stream()),
            other: None,
            open: Some(open),
        })
    }
}

impl<S, F, O> Stream for ConcatLazy<S, F, O>
where
    S: Progress,
    F: FnOnce() -> Flow<O>,
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
        if let Some(open) = this.open.take() {
            this.other.set(Some(open().into_stream()));
        }
        next_of(this.other, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let input = self.input.as_ref().map(Stream::size_hint);
        let other = self.other.as_ref().map(Stream::size_hint);
        let (lower, upper) = sum_of_hints(input.into_iter().chain(other));
        // Nothing is known of a stream that is not open yet.
        (lower, upper.filter(|_| self.open.is_none()))
    }
}

impl<S, F, O> FusedStream for ConcatLazy<S, F, O>
where
    S: Progress,
    F: FnOnce() -> Flow<O>,
    O: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.open.is_none() && self.other.is_none()
    }
}

impl<S, F, O> Progress for ConcatLazy<S, F, O>
where
    S: Progress,
    F: FnOnce() -> Flow<O>,
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

impl<S: fmt::Debug, F, O: fmt::Debug> fmt::Debug for ConcatLazy<S, F, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConcatLazy")
            .field("input", &self.input)
            .field("other", &self.other)
            .finish_non_exhaustive()
    }
}
