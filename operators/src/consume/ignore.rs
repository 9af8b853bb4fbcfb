use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Future for [`Flow::ignore`].
#[pin_project]
#[derive(Clone)]
#[must_use = "futures do nothing unless awaited"]
pub struct Ignore<S> {
    #[pin]
    input: S,
    ignored: u64,
}

impl<S: Progress> Flow<S> {
    /// Drops every item, and tells how many there were.
    ///
    /// This runs a stream for what its operators do.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut sum = 0;
    /// let count = flow([3, 4, 5]).inspect(|n| sum += n).ignore().await;
    ///
    /// assert_eq!((count, sum), (3, 12));
    /// # }
    /// ```
    pub fn ignore(self) -> Ignore<S> {
        Ignore {
            input: self.into_stream(),
            ignored: 0,
        }
    }
}

impl<S: Progress> Future for Ignore<S> {
    type Output = u64;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u64> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            if ready!(this.input.as_mut().poll_next(cx)).is_none() {
                return Poll::Ready(*this.ignored);
            }
            *this.ignored += 1;
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug> fmt::Debug for Ignore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ignore")
            .field("input", &self.input)
            .field("ignored", &self.ignored)
            .finish()
    }
}
