use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::scan`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Scan<S, A, F> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    state: A,
    f: F,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of every item and a state, until it makes nothing.
    ///
    /// The state is `init` at first, and `f` may change it at every item. The
    /// state itself is not emitted, nor is `init`.
    ///
    /// # Completion
    ///
    /// Ends at the first `None` of `f`; the input is dropped then. An input that
    /// ends sooner ends the output.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let so_far: Vec<_> = flow(stream::iter([3, 4, 5, 1]))
    ///     .scan(0, |sum, n| {
    ///         *sum += n;
    ///         (*sum < 10).then_some(*sum)
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(so_far, [3, 7]);
    /// # }
    /// ```
    pub fn scan<A, T, F>(self, init: A, f: F) -> Flow<Scan<S, A, F>>
    where
        F: FnMut(&mut A, S::Item) -> Option<T>,
    {
        Flow::native(Scan {
            input: Some(self.into_stream()),
            state: init,
            f,
        })
    }
}

impl<S, A, T, F> Stream for Scan<S, A, F>
where
    S: Progress,
    F: FnMut(&mut A, S::Item) -> Option<T>,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(input.poll_next(cx));
        let made = item.and_then(|item| (this.f)(this.state, item));
        if made.is_none() {
            this.input.set(None);
        }
        Poll::Ready(made)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let upper = self.input.as_ref().map_or(Some(0), |s| s.size_hint().1);
        (0, upper)
    }
}

impl<S, A, T, F> FusedStream for Scan<S, A, F>
where
    S: Progress,
    F: FnMut(&mut A, S::Item) -> Option<T>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S, A, T, F> Progress for Scan<S, A, F>
where
    S: Progress,
    F: FnMut(&mut A, S::Item) -> Option<T>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, A: fmt::Debug, F> fmt::Debug for Scan<S, A, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("input", &self.input)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
