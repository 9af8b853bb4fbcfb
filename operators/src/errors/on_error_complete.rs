use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::UntilErr;
use crate::{Flow, Progress};

/// Stream for [`Flow::on_error_complete`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct OnErrorComplete<S, E> {
    #[pin]
    input: UntilErr<S>,
    // The one at which it ended.
    error: Option<E>,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Emits the values of the `Ok`s before the first `Err`, then ends.
    ///
    /// What comes out are values, not results. The error is not lost:
    /// [`OnErrorComplete::error`] shows it.
    ///
    /// # Completion
    ///
    /// Ends at the first `Err`; the input is dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let results = stream::iter([Ok(3), Err("broken pipe"), Ok(4)]);
    /// let mut values = flow(results).on_error_complete();
    ///
    /// assert_eq!(values.next().await, Some(3));
    /// assert_eq!(values.next().await, None);
    /// assert_eq!(values.get_ref().error(), Some(&"broken pipe"));
    /// # }
    /// ```
    pub fn on_error_complete(self) -> Flow<OnErrorComplete<S, E>> {
        Flow::native(OnErrorComplete {
            input: UntilErr::new(self.into_stream()),
            error: None,
        })
    }
}

impl<S, E> OnErrorComplete<S, E> {
    /// Shows the error at which the output has ended.
    ///
    /// Reached through [`Flow::get_ref`]. `None` before the end, and after an
    /// end that was the input's own.
    pub fn error(&self) -> Option<&E> {
        self.error.as_ref()
    }
}

impl<S, T, E> Stream for OnErrorComplete<S, E>
where
    S: Progress<Item = Result<T, E>>,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.project();
        Poll::Ready(match ready!(this.input.poll_next(cx)) {
            Some(Ok(value)) => Some(value),
            Some(Err(error)) => {
                *this.error = Some(error);
                None
            }
            None => None,
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.input.size_hint().1)
    }
}

impl<S, T, E> FusedStream for OnErrorComplete<S, E>
where
    S: Progress<Item = Result<T, E>>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S, T, E> Progress for OnErrorComplete<S, E>
where
    S: Progress<Item = Result<T, E>>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
