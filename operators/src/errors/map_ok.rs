use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::map_ok`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct MapOk<S, F> {
    #[pin]
    input: S,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits `f` of the value of every `Ok`, and every `Err` unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines = stream::iter(["7".parse::<u32>(), "seven".parse(), "8".parse()]);
    /// let next: Vec<_> = flow(lines)
    ///     .map_ok(|n| n + 1)
    ///     .map_err(|error| error.to_string())
    ///     .collect()
    ///     .await;
    ///
    /// let error = String::from("invalid digit found in string");
    /// assert_eq!(next, [Ok(8), Err(error), Ok(9)]);
    /// # }
    /// ```
    pub fn map_ok<U, F>(self, f: F) -> Flow<MapOk<S, F>>
    where
        F: FnMut(T) -> U,
    {
        Flow::native(MapOk {
            input: self.into_stream(),
            f,
        })
    }
}

impl<S, T, E, U, F> Stream for MapOk<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> U,
{
    type Item = Result<U, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.input.poll_next(cx).map_ok(this.f)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, T, E, U, F> FusedStream for MapOk<S, F>
where
    S: Progress<Item = Result<T, E>> + FusedStream,
    F: FnMut(T) -> U,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, U, F> Progress for MapOk<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(T) -> U,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for MapOk<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapOk")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
