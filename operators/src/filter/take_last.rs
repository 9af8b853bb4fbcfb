use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::take_last`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct TakeLast<S: Progress> {
    #[pin]
    input: S,
    held: VecDeque<S::Item>,
    max_items: usize,
    // The input has ended, and `held` is what is left to emit.
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits the last `max_items` items, in order.
    ///
    /// # Completion
    ///
    /// Nothing is emitted until the input has ended, not even with a count of
    /// zero; then the items held are emitted, and the output ends.
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
    /// let newest: Vec<_> = flow(stream::iter(1..=5)).take_last(2).collect().await;
    ///
    /// assert_eq!(newest, [4, 5]);
    /// # }
    /// ```
    pub fn take_last(self, max_items: usize) -> Flow<TakeLast<S>> {
        Flow::native(TakeLast {
            input: self.into_stream(),
            held: VecDeque::new(),
            max_items,
            done: false,
        })
    }
}

impl<S: Progress> Stream for TakeLast<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(this.held.pop_front());
        }
        for _ in 0..UNITS_PER_POLL {
            let Some(item) = ready!(this.input.as_mut().poll_next(cx)) else {
                *this.done = true;
                return Poll::Ready(this.held.pop_front());
            };
            this.held.push_back(item);
            if this.held.len() > *this.max_items {
                this.held.pop_front();
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = self.held.len();
        if self.done {
            return (held, Some(held));
        }
        let (lower, upper) = self.input.size_hint();
        let upper = upper.map_or(self.max_items, |upper| {
            upper.saturating_add(held).min(self.max_items)
        });
        let lower = lower.saturating_add(held).min(self.max_items);
        (lower, Some(upper))
    }
}

impl<S: Progress> FusedStream for TakeLast<S> {
    fn is_terminated(&self) -> bool {
        self.done && self.held.is_empty()
    }
}

impl<S: Progress> Progress for TakeLast<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}
