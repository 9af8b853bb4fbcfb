use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::{Flow, Progress};

/// Future for [`Flow::next`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Next<'a, S> {
    input: &'a mut Flow<S>,
}

impl<S: Progress> Flow<S> {
    /// Gives the next item, or `None` when the stream has ended.
    ///
    /// A stream that is not `Unpin` is pinned first, with `std::pin::pin!` or
    /// with [`boxed`](Flow::boxed).
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses nothing: the item stays in the stream.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut items = flow(stream::iter(["a"]));
    ///
    /// assert_eq!(items.next().await, Some("a"));
    /// assert_eq!(items.next().await, None);
    /// # }
    /// ```
    #[expect(
        clippy::should_implement_trait,
        reason = "a stream has no `Iterator`, and this is the name its users look for"
    )]
    pub fn next(&mut self) -> Next<'_, S>
    where
        S: Unpin,
    {
        Next { input: self }
    }
}

impl<S: Progress + Unpin> Future for Next<'_, S> {
    type Output = Option<S::Item>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut *self.input).poll_next(cx)
    }
}
