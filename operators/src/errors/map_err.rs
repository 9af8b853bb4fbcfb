use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::map_err`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct MapErr<S, F> {
    #[pin]
    input: S,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits `f` of the error of every `Err`, and every `Ok` unchanged.
    ///
    /// This is how the results of different sources get one error type.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lengths: Vec<_> = flow(stream::iter([Ok(3), Err("too long")]))
    ///     .map_err(str::len)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(lengths, [Ok(3), Err(8)]);
    /// # }
    /// ```
    pub fn map_err<U, F>(self, f: F) -> Flow<MapErr<S, F>>
    where
        F: FnMut(E) -> U,
    {
        Flow::native(MapErr {
            input: self.into_stream(),
            f,
        })
    }
}

impl<S, T, E, U, F> Stream for MapErr<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(E) -> U,
{
    type Item = Result<T, U>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.input.poll_next(cx).map_err(this.f)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, T, E, U, F> FusedStream for MapErr<S, F>
where
    S: Progress<Item = Result<T, E>> + FusedStream,
    F: FnMut(E) -> U,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, U, F> Progress for MapErr<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(E) -> U,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for MapErr<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapErr")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
