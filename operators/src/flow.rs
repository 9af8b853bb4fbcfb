//! The one wrapper type on which every operator is a method.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::Progress;

/// A stream with every operator of this crate as an inherent method.
///
/// Made by [`flow`](crate::flow()) from any [`Stream`], or by
/// [`Flow::native`] from a stream that implements [`Progress`] itself. It is a
/// `Stream` in turn, so it goes wherever one is taken. The methods stand in
/// their operators' own files; the table in the [crate docs](crate) lists
/// them all.
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Flow<S> {
    #[pin]
    stream: S,
}

impl<S: Progress> Flow<S> {
    /// Wraps a stream that implements [`Progress`] itself.
    ///
    /// This is how an operator written elsewhere joins a chain:
    /// `Flow::native(MyOperator::new(flow.into_stream()))`.
    pub fn native(stream: S) -> Self {
        Self { stream }
    }

    /// Puts the stream behind a pointer, so that its type has a short name.
    ///
    /// One allocation, and one indirect call per poll. The progress of the
    /// stream is kept.
    pub fn boxed<'a>(self) -> Flow<Pin<Box<dyn Progress<Item = S::Item> + Send + 'a>>>
    where
        S: Send + 'a,
    {
        Flow::native(Box::pin(self.stream))
    }
}

impl<S> Flow<S> {
    /// Gives the wrapped stream back, without the methods of `Flow`.
    ///
    /// This is the way out, for code that goes on with `StreamExt`: methods
    /// of a `Flow` win over those of a trait with the same name. A consumer
    /// that does not know [`Progress`] lets work stand still while it is busy.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let numbers = stream::iter([1, 1, 2]).map(|n| n * 10);
    /// let distinct = flow(numbers).dedup().into_stream();
    /// let texts: Vec<_> = distinct.then(async |n| n.to_string()).collect().await;
    ///
    /// assert_eq!(texts, ["10", "20"]);
    /// # }
    /// ```
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// Shows the wrapped stream, for the accessors of the last operator.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Lends the wrapped stream, for the accessors of the last operator.
    pub fn get_pin_mut(self: Pin<&mut Self>) -> Pin<&mut S> {
        self.project().stream
    }

    /// Lends the wrapped stream, for the accessors of the last operator.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: Stream> Stream for Flow<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.project().stream.poll_next(cx)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

impl<S: FusedStream> FusedStream for Flow<S> {
    #[inline]
    fn is_terminated(&self) -> bool {
        self.stream.is_terminated()
    }
}

impl<S: Progress> Progress for Flow<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().stream.poll_progress(cx)
    }

    #[inline]
    fn poll_many(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        limit: usize,
        take: impl FnMut(S::Item),
    ) -> Poll<Option<usize>> {
        self.project().stream.poll_many(cx, limit, take)
    }
}
