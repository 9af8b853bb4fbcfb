use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::skip_last`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct SkipLast<S: Progress> {
    #[pin]
    input: S,
    held: VecDeque<S::Item>,
    max_items: usize,
}

impl<S: Progress> Flow<S> {
    /// Emits all items but the last `max_items`.
    ///
    /// An item is emitted as soon as `max_items` more have come.
    ///
    /// # Completion
    ///
    /// When the input ends, the items still held are dropped, and the output ends.
    ///
    /// # Backpressure
    ///
    /// At most `max_items` items are held.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let rows: Vec<_> = flow(stream::iter(["1", "2", "sum"])).skip_last(1).collect().await;
    ///
    /// assert_eq!(rows, ["1", "2"]);
    /// # }
    /// ```
    pub fn skip_last(self, max_items: usize) -> Flow<SkipLast<S>> {
        Flow::native(SkipLast {
            input: self.into_stream(),
            held: VecDeque::new(),
            max_items,
        })
    }
}

impl<S: Progress> Stream for SkipLast<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let Some(item) = ready!(this.input.as_mut().poll_next(cx)) else {
                *this.held = VecDeque::new();
                return Poll::Ready(None);
            };
            this.held.push_back(item);
            if this.held.len() > *this.max_items {
                return Poll::Ready(this.held.pop_front());
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // So many more must come before the next item is emitted.
        let missing = self.max_items - self.held.len();
        let (lower, upper) = self.input.size_hint();
        let upper = upper.map(|upper| upper.saturating_sub(missing));
        (lower.saturating_sub(missing), upper)
    }
}

impl<S: Progress + FusedStream> FusedStream for SkipLast<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S: Progress> Progress for SkipLast<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
