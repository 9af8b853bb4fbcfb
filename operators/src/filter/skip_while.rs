use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::skip_while`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct SkipWhile<S, F> {
    #[pin]
    input: S,
    skip: F,
    // Until the first item that is emitted.
    skipping: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits the items from the first for which `skip` says `false`.
    ///
    /// Those before it are dropped; after it, `skip` is not called again.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let rest: Vec<_> = flow(stream::iter([1, 9, 2])).skip_while(|n| *n < 5).collect().await;
    ///
    /// assert_eq!(rest, [9, 2]);
    /// # }
    /// ```
    pub fn skip_while<F>(self, skip: F) -> Flow<SkipWhile<S, F>>
    where
        F: FnMut(&S::Item) -> bool,
    {
        Flow::native(SkipWhile {
            input: self.into_stream(),
            skip,
            skipping: true,
        })
    }
}

impl<S, F> Stream for SkipWhile<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(item) if *this.skipping && (this.skip)(&item) => {}
                kept_or_end => {
                    *this.skipping = false;
                    return Poll::Ready(kept_or_end);
                }
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.size_hint();
        (if self.skipping { 0 } else { lower }, upper)
    }
}

impl<S, F> FusedStream for SkipWhile<S, F>
where
    S: Progress + FusedStream,
    F: FnMut(&S::Item) -> bool,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, F> Progress for SkipWhile<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for SkipWhile<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SkipWhile")
            .field("input", &self.input)
            .field("skipping", &self.skipping)
            .finish_non_exhaustive()
    }
}
