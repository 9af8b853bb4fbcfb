use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::solo::Solo;
use crate::{Flow, Progress};

/// Stream for [`Flow::then`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Then<S, F, Fut: Future> {
    // Gone after its end, or after a panic of a future.
    #[pin]
    input: Option<S>,
    f: F,
    #[pin]
    future: Solo<Fut>,
    // Of a future that was done while the output was blocked.
    held: Option<Fut::Output>,
}

impl<S: Progress> Flow<S> {
    /// Emits the result of the future that `f` makes of each item.
    ///
    /// One future is under way at a time: an item is taken only when the result
    /// of the item before it has been emitted. For more futures at once use
    /// [`map_async`](Flow::map_async). The future is not boxed, so where it is an
    /// `async` block the output is pinned before items are taken from it by hand.
    ///
    /// # Backpressure
    ///
    /// One item is inside, as a future or as its result. While the output is
    /// blocked, [`poll_progress`](Progress::poll_progress) takes it and drives
    /// its future to the end.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the future under way, or its result.
    ///
    /// # Panics
    ///
    /// A panic of `f` or of a future passes through to the caller of the poll;
    /// the output has then ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tokio::time::{Instant, sleep};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// let results: Vec<_> = flow(stream::iter([30, 20, 10]))
    ///     .then(async |ms| {
    ///         sleep(Duration::from_millis(ms)).await;
    ///         ms
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [30, 20, 10]);
    /// assert_eq!(start.elapsed(), Duration::from_millis(60));
    /// # }
    /// ```
    pub fn then<F, Fut>(self, f: F) -> Flow<Then<S, F, Fut>>
    where
        F: FnMut(S::Item) -> Fut,
        Fut: Future,
    {
        Flow::native(Then {
            input: Some(self.into_stream()),
            f,
            future: Solo::idle(),
            held: None,
        })
    }
}

impl<S, F, Fut> Then<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    /// Works until a result is held; `Ready` without one at the end.
    fn drive(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if this.future.has_panicked() {
            this.future.as_mut().stop();
            this.input.set(None);
        }
        if this.held.is_some() {
            return Poll::Ready(());
        }
        let Some(mut input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        if !this.future.is_busy() {
            let Some(item) = ready!(input.as_mut().poll_next(cx)) else {
                this.input.set(None);
                return Poll::Ready(());
            };
            this.future.as_mut().start(|| (this.f)(item));
        }
        let polled = this.future.poll(cx);
        if polled.is_pending() {
            let _moving = input.poll_progress(cx);
        }
        polled.map(|result| *this.held = Some(result))
    }
}

impl<S, F, Fut> Stream for Then<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    type Item = Fut::Output;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Fut::Output>> {
        ready!(self.as_mut().drive(cx));
        Poll::Ready(self.project().held.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.future.has_panicked() {
            return (0, Some(0));
        }
        let inside = usize::from(self.held.is_some() || self.future.is_busy());
        let Some(input) = &self.input else {
            return (inside, Some(inside));
        };
        let (lower, upper) = input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(inside));
        (lower.saturating_add(inside), upper)
    }
}

impl<S, F, Fut> FusedStream for Then<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    fn is_terminated(&self) -> bool {
        self.future.has_panicked() || (self.input.is_none() && self.held.is_none())
    }
}

impl<S, F, Fut> Progress for Then<S, F, Fut>
where
    S: Progress,
    F: FnMut(S::Item) -> Fut,
    Fut: Future,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.as_mut().drive(cx));
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, F, Fut: Future> fmt::Debug for Then<S, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Then")
            .field("input", &self.input)
            .field("busy", &self.future.is_busy())
            .field("held", &self.held.is_some())
            .finish_non_exhaustive()
    }
}
