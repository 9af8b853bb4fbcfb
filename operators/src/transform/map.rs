use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::map`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Map<S, F> {
    #[pin]
    input: S,
    f: F,
}

impl<S: Progress> Flow<S> {
    /// Emits `f` of every item.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lengths: Vec<_> = flow(stream::iter(["a", "bcd"])).map(str::len).collect().await;
    ///
    /// assert_eq!(lengths, [1, 3]);
    /// # }
    /// ```
    pub fn map<T, F>(self, f: F) -> Flow<Map<S, F>>
    where
        F: FnMut(S::Item) -> T,
    {
        Flow::native(Map {
            input: self.into_stream(),
            f,
        })
    }
}

impl<S, T, F> Stream for Map<S, F>
where
    S: Progress,
    F: FnMut(S::Item) -> T,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.project();
        this.input.poll_next(cx).map(|item| item.map(this.f))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, T, F> FusedStream for Map<S, F>
where
    S: Progress + FusedStream,
    F: FnMut(S::Item) -> T,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, F> Progress for Map<S, F>
where
    S: Progress,
    F: FnMut(S::Item) -> T,
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
        this.input.poll_many(cx, limit, |item| take(f(item)))
    }
}

impl<S: fmt::Debug, F> fmt::Debug for Map<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
