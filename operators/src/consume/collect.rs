use std::future::Future;
use std::iter;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Future for [`Flow::collect`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Collect<S, C> {
    #[pin]
    input: S,
    collection: C,
}

impl<S: Progress> Flow<S> {
    /// Gives a collection of all items, once the input has ended.
    ///
    /// # Backpressure
    ///
    /// None: the collection grows as long as the input goes on.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the items collected so far.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let word: String = flow(stream::iter(['p', 'o', 'n', 'd'])).collect().await;
    ///
    /// assert_eq!(word, "pond");
    /// # }
    /// ```
    pub fn collect<C>(self) -> Collect<S, C>
    where
        C: Default + Extend<S::Item>,
    {
        Collect {
            input: self.into_stream(),
            collection: C::default(),
        }
    }
}

impl<S, C> Future for Collect<S, C>
where
    S: Progress,
    C: Default + Extend<S::Item>,
{
    type Output = C;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<C> {
        let mut this = self.project();
        let mut left = UNITS_PER_POLL;
        while left > 0 {
            let extend = |item| this.collection.extend(iter::once(item));
            match ready!(this.input.as_mut().poll_many(cx, left, extend)) {
                Some(handed) => left -= handed,
                None => return Poll::Ready(mem::take(this.collection)),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}
