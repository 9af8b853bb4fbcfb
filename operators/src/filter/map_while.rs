use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::map_while`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct MapWhile<S, F> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    f: F,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of the items, until it makes nothing.
    ///
    /// # Completion
    ///
    /// Ends at the first `None` of `f`; the input is dropped then, and nothing
    /// more is taken from it. An input that ends sooner ends the output.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines = stream::iter(["7", "8", "nine", "10"]);
    /// let numbers: Vec<_> = flow(lines)
    ///     .map_while(|line| line.parse::<u32>().ok())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(numbers, [7, 8]);
    /// # }
    /// ```
    pub fn map_while<T, F>(self, f: F) -> Flow<MapWhile<S, F>>
    where
        F: FnMut(S::Item) -> Option<T>,
    {
        Flow::native(MapWhile {
            input: Some(self.into_stream()),
            f,
        })
    }
}

impl<S, T, F> Stream for MapWhile<S, F>
where
    S: Progress,
    F: FnMut(S::Item) -> Option<T>,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let made = ready!(input.poll_next(cx)).and_then(this.f);
        if made.is_none() {
            this.input.set(None);
        }
        Poll::Ready(made)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let upper = self.input.as_ref().map_or(Some(0), |s| s.size_hint().1);
        (0, upper)
    }
}

impl<S, T, F> FusedStream for MapWhile<S, F>
where
    S: Progress,
    F: FnMut(S::Item) -> Option<T>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S, T, F> Progress for MapWhile<S, F>
where
    S: Progress,
    F: FnMut(S::Item) -> Option<T>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, F> fmt::Debug for MapWhile<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapWhile")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
