use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::inspect_err`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct InspectErr<S, F> {
    #[pin]
    input: S,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits every result unchanged, after `f` has seen the error of an `Err`.
    ///
    /// Put before [`ignore_errors`](Flow::ignore_errors) or
    /// [`on_error_complete`](Flow::on_error_complete), it sees what they leave
    /// out.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut seen = Vec::new();
    /// let values: Vec<_> = flow(stream::iter([Ok(1), Err("no"), Ok(2)]))
    ///     .inspect_err(|error| seen.push(*error))
    ///     .ignore_errors()
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(values, [1, 2]);
    /// assert_eq!(seen, ["no"]);
    /// # }
    /// ```
    pub fn inspect_err<F>(self, f: F) -> Flow<InspectErr<S, F>>
    where
        F: FnMut(&E),
    {
        Flow::native(InspectErr {
            input: self.into_stream(),
            f,
        })
    }
}

impl<S, T, E, F> Stream for InspectErr<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&E),
{
    type Item = Result<T, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let polled = this.input.poll_next(cx);
        polled.map(|item| item.map(|result| result.inspect_err(this.f)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S, T, E, F> FusedStream for InspectErr<S, F>
where
    S: Progress<Item = Result<T, E>> + FusedStream,
    F: FnMut(&E),
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E, F> Progress for InspectErr<S, F>
where
    S: Progress<Item = Result<T, E>>,
    F: FnMut(&E),
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F> fmt::Debug for InspectErr<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InspectErr")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
