use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::inspect_ok`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct InspectOk<S, F> {
    #[pin]
    input: S,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits every result unchanged, after `f` has seen the value of an `Ok`.
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
    /// let results: Vec<_> = flow(stream::iter([Ok(1), Err("no"), Ok(2)]))
    ///     .inspect_ok(|n| sum += n)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(1), Err("no"), Ok(2)]);
    /// assert_eq!(sum, 3);
    /// # }
    /// ```
    pub fn inspect_ok<F>(self, f: F) -> Flow<InspectOk<S, F>>
    where
        F: FnMut(&T),
    {
        Flow::native(InspectOk {
            input: self.into_stream(),
            f,
        })
    }
}

impl<S, T, E, F> Stream for InspectOk<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&T),
{
    type Item = Result<T, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let polled = this.input.poll_next(cx);
        polled.map(|item| item.map(|result| result.inspect(this.f)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, T, E, F> FusedStream for InspectOk<S, F>
where
    S: Progress<Item = Result<T, E>> + FusedStream,
    F: FnMut(&T),
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, F> Progress for InspectOk<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&T),
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for InspectOk<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InspectOk")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
