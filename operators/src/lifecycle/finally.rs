use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::Cause;
use super::watched::{Finalize, Watched};
use crate::{Flow, Progress};

/// Stream for [`Flow::finally`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Finally<S, F: FnOnce(Cause)> {
    #[pin]
    watched: Watched<S, Last<F>>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, and calls `f` once when it is over.
    ///
    /// The input is dropped before the call. `f` is told how it came to that:
    /// [`Cause::End`] when the input has ended, before `None` is handed out;
    /// [`Cause::Cancel`] when the output was dropped before; [`Cause::Panic`]
    /// when a poll of the input panicked.
    ///
    /// # Cancellation
    ///
    /// Dropping the output calls `f`, in the place of the drop. An output that
    /// was never polled is no exception.
    ///
    /// # Panics
    ///
    /// When a poll of the input panics, the input is dropped and `f` is called
    /// while the panic passes through; the output has then ended. A panic of
    /// `f` itself passes through too, and is not called forth again.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::lifecycle::Cause;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ended = Cell::new(None);
    /// let items = flow(stream::iter([1, 2, 3])).finally(|cause| ended.set(Some(cause)));
    /// let first: Vec<_> = items.take(2).collect().await;
    ///
    /// assert_eq!(first, [1, 2]);
    /// assert_eq!(ended.get(), Some(Cause::Cancel));
    /// # }
    /// ```
    pub fn finally<F: FnOnce(Cause)>(self, f: F) -> Flow<Finally<S, F>> {
        Flow::native(Finally {
            watched: Watched::new(self.into_stream(), Last(f)),
        })
    }
}

struct Last<F>(F);

impl<F: FnOnce(Cause)> Finalize for Last<F> {
    fn finalize(self, cause: Cause) {
        (self.0)(cause);
    }
}

impl<S: Progress, F: FnOnce(Cause)> Stream for Finally<S, F> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.project().watched.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.watched.size_hint()
    }
}

impl<S: Progress, F: FnOnce(Cause)> FusedStream for Finally<S, F> {
    fn is_terminated(&self) -> bool {
        self.watched.input.is_none()
    }
}

impl<S: Progress, F: FnOnce(Cause)> Progress for Finally<S, F> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().watched.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F: FnOnce(Cause)> fmt::Debug for Finally<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finally")
            .field("input", &self.watched.input)
            .finish_non_exhaustive()
    }
}
