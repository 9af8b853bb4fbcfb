use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Stream for [`Flow::ready_chunks`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct ReadyChunks<S: Progress> {
    #[pin]
    input: S,
    // Empty between two polls, unless the input has panicked.
    held: Vec<S::Item>,
    max_items: usize,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Gathers the items that are ready into vectors of at most `max_items`.
    ///
    /// A vector is emitted as soon as it is full or the input has nothing
    /// ready; no item waits for another. Vectors are never empty, and joining
    /// them end to end gives back the input, in order. Use `batch` where items
    /// may wait for others.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` is zero.
    ///
    /// # Units
    ///
    /// `max_items` counts items. More than 128 items never come in one vector:
    /// no poll takes more.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let ready = stream::iter([1, 2, 3]);
    /// let chunks: Vec<_> = flow(ready).ready_chunks(2).collect().await;
    ///
    /// assert_eq!(chunks, [vec![1, 2], vec![3]]);
    /// # }
    /// ```
    #[track_caller]
    pub fn ready_chunks(self, max_items: usize) -> Flow<ReadyChunks<S>> {
        assert!(
            max_items > 0,
            "`ready_chunks` of at most 0 items would never be emitted; give at least 1"
        );
        Flow::native(ReadyChunks {
            input: self.into_stream(),
            held: Vec::new(),
            max_items: max_items.min(UNITS_PER_POLL),
            done: false,
        })
    }
}

impl<S: Progress> Stream for ReadyChunks<S> {
    type Item = Vec<S::Item>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        while this.held.len() < *this.max_items {
            match this.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => this.held.push(item),
                Poll::Ready(None) => {
                    *this.done = true;
                    let rest = mem::take(this.held);
                    return Poll::Ready((!rest.is_empty()).then_some(rest));
                }
                Poll::Pending if this.held.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        Poll::Ready(Some(mem::take(this.held)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        let held = self.held.len();
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(usize::from(held > 0)));
        let lower = lower.saturating_add(held).div_ceil(self.max_items);
        (lower, upper)
    }
}

impl<S: Progress> FusedStream for ReadyChunks<S> {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S: Progress> Progress for ReadyChunks<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}
