use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::filter::keep_many;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::filter_map`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct FilterMap<S, F> {
    #[pin]
    input: S,
    f: F,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of the items, and nothing where it says `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines = stream::iter(["7", "seven", "8"]);
    /// let numbers: Vec<_> = flow(lines)
    ///     .filter_map(|line| line.parse::<u32>().ok())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(numbers, [7, 8]);
    /// # }
    /// ```
    pub fn filter_map<T, F>(self, f: F) -> Flow<FilterMap<S, F>>
    where
        F: FnMut(S::Item) -> Option<T>,
    {
        Flow::native(FilterMap {
            input: self.into_stream(),
            f,
        })
    }
}

impl<S, T, F> Stream for FilterMap<S, F>
where
    S: Progress,
    F: FnMut(S::Item) -> Option<T>,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let Some(item) = ready!(this.input.as_mut().poll_next(cx)) else {
                return Poll::Ready(None);
            };
            let made = (this.f)(item);
            if made.is_some() {
                return Poll::Ready(made);
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.input.size_hint().1)
    }
}

impl<S, T, F> FusedStream for FilterMap<S, F>
where
    S: Progress + FusedStream,
    F: FnMut(S::Item) -> Option<T>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, F> Progress for FilterMap<S, F>
where
    S: Progress,
    F: FnMut(S::Item) -> Option<T>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }

    #[inline]
    fn poll_many(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        limit: usize,
        mut take: impl FnMut(T),
    ) -> Poll<Option<usize>> {
        let this = self.project();
        let f = this.f;
        keep_many(this.input, cx, limit, |item| f(item).map(&mut take))
    }
}

impl<S: fmt::Debug, F> fmt::Debug for FilterMap<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilterMap")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
