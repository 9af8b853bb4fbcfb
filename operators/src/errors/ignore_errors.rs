use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::ignore_errors`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct IgnoreErrors<S> {
    #[pin]
    input: S,
    dropped: u64,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits the values of the `Ok`s, and drops and counts the `Err`s.
    ///
    /// What comes out are values, not results.
    /// [`IgnoreErrors::dropped`] says how many errors there were; to see them
    /// as well, put [`inspect_err`](Flow::inspect_err) before.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut values = flow(stream::iter([Ok(3), Err("no"), Ok(4)])).ignore_errors();
    ///
    /// assert_eq!(values.next().await, Some(3));
    /// assert_eq!(values.next().await, Some(4));
    /// assert_eq!(values.get_ref().dropped(), 1);
    /// # }
    /// ```
    pub fn ignore_errors(self) -> Flow<IgnoreErrors<S>> {
        Flow::native(IgnoreErrors {
            input: self.into_stream(),
            dropped: 0,
        })
    }
}

impl<S> IgnoreErrors<S> {
    /// Counts the errors dropped so far.
    ///
    /// Reached through [`Flow::get_ref`].
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl<S, T, E> Stream for IgnoreErrors<S>
where
    S: Progress<Item = Result<T, E>>,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(Ok(value)) => return Poll::Ready(Some(value)),
                Some(Err(_)) => *this.dropped += 1,
                None => return Poll::Ready(None),
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

impl<S, T, E> FusedStream for IgnoreErrors<S>
where
    S: Progress<Item = Result<T, E>> + FusedStream,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E> Progress for IgnoreErrors<S>
where
    S: Progress<Item = Result<T, E>>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
