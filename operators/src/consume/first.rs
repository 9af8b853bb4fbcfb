use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::{Flow, Progress};

/// Future for [`Flow::first`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct First<S> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
}

impl<S: Progress> Flow<S> {
    /// Gives the first item, or `None` of an empty stream.
    ///
    /// Use [`next`](Flow::next) to go on with the others.
    ///
    /// # Completion
    ///
    /// The input is dropped before the item is handed out.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let first = flow(stream::repeat('z')).first().await;
    ///
    /// assert_eq!(first, Some('z'));
    /// # }
    /// ```
    pub fn first(self) -> First<S> {
        First {
            input: Some(self.into_stream()),
        }
    }
}

impl<S: Progress> Future for First<S> {
    type Output = Option<S::Item>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(input.poll_next(cx));
        this.input.set(None);
        Poll::Ready(item)
    }
}
