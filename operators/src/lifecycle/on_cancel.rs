use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::Cause;
use super::watched::{Finalize, Watched};
use crate::{Flow, Progress};

/// Stream for [`Flow::on_cancel`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct OnCancel<S, F: FnOnce()> {
    #[pin]
    watched: Watched<S, IfCancelled<F>>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, and calls `f` if it is dropped before its end.
    ///
    /// The input is dropped before the call. `f` is never called when the input
    /// has ended or has panicked; [`finally`](Flow::finally) is told of these
    /// too.
    ///
    /// # Cancellation
    ///
    /// Dropping the output before it has ended calls `f`, in the place of the
    /// drop. An output that was never polled is no exception.
    ///
    /// # Panics
    ///
    /// When a poll of the input panics, the input is dropped, and the output
    /// has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let cancelled = Cell::new(false);
    /// let items = flow(stream::iter([1, 2, 3])).on_cancel(|| cancelled.set(true));
    /// let first: Vec<_> = items.take(2).collect().await;
    ///
    /// assert_eq!(first, [1, 2]);
    /// assert_eq!(cancelled.get(), true);
    /// # }
    /// ```
    pub fn on_cancel<F: FnOnce()>(self, f: F) -> Flow<OnCancel<S, F>> {
        Flow::native(OnCancel {
            watched: Watched::new(self.into_stream(), IfCancelled(f)),
        })
    }
}

struct IfCancelled<F>(F);

impl<F: FnOnce()> Finalize for IfCancelled<F> {
    fn finalize(self, cause: Cause) {
        if cause == Cause::Cancel {
            (self.0)();
        }
    }
}

impl<S: Progress, F: FnOnce()> Stream for OnCancel<S, F> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.project().watched.poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.watched.size_hint()
    }
}

impl<S: Progress, F: FnOnce()> FusedStream for OnCancel<S, F> {
    fn is_terminated(&self) -> bool {
        self.watched.input.is_none()
    }
}

impl<S: Progress, F: FnOnce()> Progress for OnCancel<S, F> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().watched.poll_progress(cx)
    }
}

impl<S: fmt::Debug, F: FnOnce()> fmt::Debug for OnCancel<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnCancel")
            .field("input", &self.watched.input)
            .finish_non_exhaustive()
    }
}
