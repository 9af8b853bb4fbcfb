use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::take`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Take<S> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    remaining: usize,
}

impl<S: Progress> Flow<S> {
    /// Emits the first `max_items` items, then ends.
    ///
    /// # Completion
    ///
    /// Ends with the item that is number `max_items`, not on a later event of
    /// the input; the input is dropped before that item is handed out. An
    /// input that ends sooner ends the output. With zero, the input is dropped
    /// at once and the output is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let first: Vec<_> = flow(stream::repeat('z')).take(3).collect().await;
    ///
    /// assert_eq!(first, ['z', 'z', 'z']);
    /// # }
    /// ```
    pub fn take(self, max_items: usize) -> Flow<Take<S>> {
        Flow::native(Take {
            input: (max_items > 0).then(|| self.into_stream()),
            remaining: max_items,
        })
    }
}

impl<S: Progress> Stream for Take<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(input.poll_next(cx));
        *this.remaining -= 1;
        if *this.remaining == 0 || item.is_none() {
            this.input.set(None);
        }
        Poll::Ready(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            return (0, Some(0));
        };
        let (lower, upper) = input.size_hint();
        let upper = upper.map_or(self.remaining, |upper| upper.min(self.remaining));
        (lower.min(self.remaining), Some(upper))
    }
}

impl<S: Progress> FusedStream for Take<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S: Progress> Progress for Take<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}
