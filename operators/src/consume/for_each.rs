use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Future for [`Flow::for_each`].
#[pin_project]
#[derive(Clone)]
#[must_use = "futures do nothing unless awaited"]
pub struct ForEach<S, F> {
    #[pin]
    input: S,
    f: F,
}

impl<S: Progress> Flow<S> {
    /// Gives each item to `f`, and is ready once the input has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut seen = Vec::new();
    /// flow(stream::iter(["a", "b"])).for_each(|item| seen.push(item)).await;
    ///
    /// assert_eq!(seen, ["a", "b"]);
    /// # }
    /// ```
    pub fn for_each<F>(self, f: F) -> ForEach<S, F>
    where
        F: FnMut(S::Item),
    {
        ForEach {
            input: self.into_stream(),
            f,
        }
    }
}

impl<S, F> Future for ForEach<S, F>
where
    S: Progress,
    F: FnMut(S::Item),
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let mut left = UNITS_PER_POLL;
        while left > 0 {
            match ready!(this.input.as_mut().poll_many(cx, left, &mut *this.f)) {
                Some(handed) => left -= handed,
                None => return Poll::Ready(()),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }
}

impl<S: fmt::Debug, F> fmt::Debug for ForEach<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForEach")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
