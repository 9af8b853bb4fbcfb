use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::take_while`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct TakeWhile<S, F> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    keep: F,
}

impl<S: Progress> Flow<S> {
    /// Emits the items before the first for which `keep` says `false`.
    ///
    /// # Completion
    ///
    /// Ends at the first `false`, and drops that item and the input; nothing more
    /// is taken from the input. An input that ends sooner ends the output.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let small: Vec<_> = flow(stream::iter([1, 2, 9, 3])).take_while(|n| *n < 5).collect().await;
    ///
    /// assert_eq!(small, [1, 2]);
    /// # }
    /// ```
    pub fn take_while<F>(self, keep: F) -> Flow<TakeWhile<S, F>>
    where
        F: FnMut(&S::Item) -> bool,
    {
        Flow::native(TakeWhile {
            input: Some(self.into_stream()),
            keep,
        })
    }
}

impl<S, F> Stream for TakeWhile<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(input.poll_next(cx)).filter(this.keep);
        if item.is_none() {
            this.input.set(None);
        }
        Poll::Ready(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let upper = self.input.as_ref().map_or(Some(0), |s| s.size_hint().1);
        (0, upper)
    }
}

impl<S, F> FusedStream for TakeWhile<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S, F> Progress for TakeWhile<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, F> fmt::Debug for TakeWhile<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TakeWhile")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
