use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Future for [`Flow::element_at`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct ElementAt<S> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    remaining: usize,
}

impl<S: Progress> Flow<S> {
    /// Gives the item with this index, or `None` of a stream that ends sooner.
    ///
    /// Indices count from zero.
    ///
    /// # Completion
    ///
    /// The items before it are dropped; the input is dropped before the item is
    /// handed out.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let third = flow(stream::iter(["a", "b", "c", "d"])).element_at(2).await;
    ///
    /// assert_eq!(third, Some("c"));
    /// # }
    /// ```
    pub fn element_at(self, index: usize) -> ElementAt<S> {
        ElementAt {
            input: Some(self.into_stream()),
            remaining: index,
        }
    }
}

impl<S: Progress> Future for ElementAt<S> {
    type Output = Option<S::Item>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(mut input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        for _ in 0..UNITS_PER_POLL {
            let item = ready!(input.as_mut().poll_next(cx));
            if item.is_none() || *this.remaining == 0 {
                this.input.set(None);
                return Poll::Ready(item);
            }
            *this.remaining -= 1;
        }
        yield_after(input, cx);
        Poll::Pending
    }
}
