use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::inspect`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Inspect<S, F> {
    #[pin]
    input: S,
    f: F,
}

impl<S: Progress> Flow<S> {
    /// Emits every item unchanged, after `f` has seen it.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut sum = 0;
    /// let items: Vec<_> = flow(stream::iter([1, 2, 3])).inspect(|n| sum += n).collect().await;
    ///
    /// assert_eq!(items, [1, 2, 3]);
    /// assert_eq!(sum, 6);
    /// # }
    /// ```
    pub fn inspect<F>(self, f: F) -> Flow<Inspect<S, F>>
    where
        F: FnMut(&S::Item),
    {
        Flow::native(Inspect {
            input: self.into_stream(),
            f,
        })
    }
}

impl<S, F> Stream for Inspect<S, F>
where
    S: Progress,
    F: FnMut(&S::Item),
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.input.poll_next(cx).map(|item| item.inspect(this.f))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, F> FusedStream for Inspect<S, F>
where
    S: Progress + FusedStream,
    F: FnMut(&S::Item),
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, F> Progress for Inspect<S, F>
where
    S: Progress,
    F: FnMut(&S::Item),
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
        mut take: impl FnMut(S::Item),
    ) -> Poll<Option<usize>> {
        let this = self.project();
        let f = this.f;
        this.input.poll_many(cx, limit, |item| {
            f(&item);
            take(item);
        })
    }
}

impl<S: fmt::Debug, F> fmt::Debug for Inspect<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspect")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
