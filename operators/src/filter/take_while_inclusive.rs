use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::take_while_inclusive`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct TakeWhileInclusive<S, F> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    keep: F,
}

impl<S: Progress> Flow<S> {
    /// Emits the items up to and with the first for which `keep` says `false`.
    ///
    /// # Completion
    ///
    /// Ends with the item of the first `false`, not on a later event of the input;
    /// the input is dropped before that item is handed out. An input that ends
    /// sooner ends the output.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let to_the_dot: Vec<_> = flow(stream::iter(["a", "b", ".", "c"]))
    ///     .take_while_inclusive(|word| *word != ".")
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(to_the_dot, ["a", "b", "."]);
    /// # }
    /// ```
    pub fn take_while_inclusive<F>(self, keep: F) -> Flow<TakeWhileInclusive<S, F>>
    where
        F: FnMut(&S::Item) -> bool,
    {
        Flow::native(TakeWhileInclusive {
            input: Some(self.into_stream()),
            keep,
        })
    }
}

impl<S, F> Stream for TakeWhileInclusive<S, F>
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
        let item = ready!(input.poll_next(cx));
        if !item.as_ref().is_some_and(this.keep) {
            this.input.set(None);
        }
        Poll::Ready(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            return (0, Some(0));
        };
        let (lower, upper) = input.size_hint();
        (lower.min(1), upper)
    }
}

impl<S, F> FusedStream for TakeWhileInclusive<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S, F> Progress for TakeWhileInclusive<S, F>
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

impl<S: fmt::Debug, F> fmt::Debug for TakeWhileInclusive<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TakeWhileInclusive")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
