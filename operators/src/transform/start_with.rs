use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::start_with`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct StartWith<S, I> {
    #[pin]
    input: S,
    // Gone when it is used up.
    items: Option<I>,
}

impl<S: Progress> Flow<S> {
    /// Emits the given `items`, then those of the input.
    ///
    /// Nothing is taken from the input before all of `items` are taken; work that
    /// it has under way goes on meanwhile.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines: Vec<_> = flow(stream::iter(["1", "2"])).start_with(["id"]).collect().await;
    ///
    /// assert_eq!(lines, ["id", "1", "2"]);
    /// # }
    /// ```
    pub fn start_with<I>(self, items: I) -> Flow<StartWith<S, I::IntoIter>>
    where
        I: IntoIterator<Item = S::Item>,
    {
        Flow::native(StartWith {
            input: self.into_stream(),
            items: Some(items.into_iter()),
        })
    }
}

impl<S, I> Stream for StartWith<S, I>
where
    S: Progress,
    I: Iterator<Item = S::Item>,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if let Some(items) = this.items {
            let item = items.next();
            if item.is_some() {
                return Poll::Ready(item);
            }
            *this.items = None;
        }
        this.input.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.size_hint();
        let Some(items) = &self.items else {
            return (lower, upper);
        };
        let (first_lower, first_upper) = items.size_hint();
        let sum = |(upper, first): (usize, usize)| upper.checked_add(first);
        (
            lower.saturating_add(first_lower),
            upper.zip(first_upper).and_then(sum),
        )
    }
}

impl<S, I> FusedStream for StartWith<S, I>
where
    S: Progress + FusedStream,
    I: Iterator<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.items.is_none() && self.input.is_terminated()
    }
}

impl<S, I> Progress for StartWith<S, I>
where
    S: Progress,
    I: Iterator<Item = S::Item>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, I> fmt::Debug for StartWith<S, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartWith")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
