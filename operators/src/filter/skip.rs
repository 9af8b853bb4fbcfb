use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::skip`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Skip<S> {
    #[pin]
    input: S,
    remaining: usize,
}

impl<S: Progress> Flow<S> {
    /// Emits all items but the first `max_items`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let rows: Vec<_> = flow(stream::iter(["id", "1", "2"])).skip(1).collect().await;
    ///
    /// assert_eq!(rows, ["1", "2"]);
    /// # }
    /// ```
    pub fn skip(self, max_items: usize) -> Flow<Skip<S>> {
        Flow::native(Skip {
            input: self.into_stream(),
            remaining: max_items,
        })
    }
}

impl<S: Progress> Stream for Skip<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(this.input.as_mut().poll_next(cx));
            if item.is_none() || *this.remaining == 0 {
                return Poll::Ready(item);
            }
            *this.remaining -= 1;
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.size_hint();
        let upper = upper.map(|upper| upper.saturating_sub(self.remaining));
        (lower.saturating_sub(self.remaining), upper)
    }
}

impl<S: Progress + FusedStream> FusedStream for Skip<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S: Progress> Progress for Skip<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
