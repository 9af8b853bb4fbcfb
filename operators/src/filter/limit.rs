use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::LimitExceeded;
use crate::{Flow, Progress};

/// Stream for [`Flow::limit`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Limit<S> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    max_items: usize,
    // What of `max_items` is left.
    remaining: usize,
}

impl<S: Progress> Flow<S> {
    /// Emits up to `max_items` items, and an error if there are more.
    ///
    /// An input of just `max_items` items gives no error. To cut the rest off
    /// without one, use [`take`](Flow::take); where items differ in what they
    /// cost, use [`limit_weighted`](Flow::limit_weighted).
    ///
    /// # Completion
    ///
    /// Ends with the error; the input, and the item too many, are dropped before
    /// it is handed out. An input that ends sooner ends the output.
    ///
    /// # Errors
    ///
    /// One [`LimitExceeded`], as the last item. A `Result` from the input is an
    /// item like any other.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let rows: Vec<_> = flow(stream::iter(1..=1_000_000)).limit(2).collect().await;
    ///
    /// assert_eq!(rows[..2], [Ok(1), Ok(2)]);
    /// assert_eq!(rows[2].unwrap_err().to_string(), "the stream has more than its limit of 2");
    /// assert_eq!(rows.len(), 3);
    /// # }
    /// ```
    pub fn limit(self, max_items: usize) -> Flow<Limit<S>> {
        Flow::native(Limit {
            input: Some(self.into_stream()),
            max_items,
            remaining: max_items,
        })
    }
}

impl<S: Progress> Stream for Limit<S> {
    type Item = Result<S::Item, LimitExceeded>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(input.poll_next(cx));
        let exceeded = item.is_some() && *this.remaining == 0;
        if exceeded || item.is_none() {
            this.input.set(None);
        }
        *this.remaining = this.remaining.saturating_sub(1);
        let max = *this.max_items;
        Poll::Ready(item.map(|item| {
            if exceeded {
                Err(LimitExceeded::new(max))
            } else {
                Ok(item)
            }
        }))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            return (0, Some(0));
        };
        let most = self.remaining.saturating_add(1);
        let (lower, upper) = input.size_hint();
        (
            lower.min(most),
            Some(upper.map_or(most, |upper| upper.min(most))),
        )
    }
}

impl<S: Progress> FusedStream for Limit<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S: Progress> Progress for Limit<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}
