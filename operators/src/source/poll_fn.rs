use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::{Flow, Progress};

/// Emits what `f` gives at each poll, until it gives `None`.
///
/// `f` is a stream's `poll_next` as a closure: after `Pending` it is called
/// again once it has woken the task. It is dropped when it has given `None`.
/// Work that it drives stands still while nobody takes an item; write a
/// [`Progress`] of your own for work that must not.
///
/// # Examples
///
/// ```
/// use std::task::Poll;
///
/// use millpond_operators::source;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut left = 3;
/// let countdown = source::poll_fn(move |_cx| {
///     left -= 1;
///     Poll::Ready((left >= 0).then_some(left))
/// });
/// let counted: Vec<_> = countdown.collect().await;
///
/// assert_eq!(counted, [2, 1, 0]);
/// # }
/// ```
pub fn poll_fn<T, F>(f: F) -> Flow<PollFn<F>>
where
    F: FnMut(&mut Context<'_>) -> Poll<Option<T>>,
{
    Flow::native(PollFn { f: Some(f) })
}

/// Stream for [`poll_fn`].
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct PollFn<F> {
    // Gone at the end.
    f: Option<F>,
}

// The closure is called, never pinned.
impl<F> Unpin for PollFn<F> {}

impl<T, F> Stream for PollFn<F>
where
    F: FnMut(&mut Context<'_>) -> Poll<Option<T>>,
{
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(f) = &mut self.f else {
            return Poll::Ready(None);
        };
        let item = ready!(f(cx));
        if item.is_none() {
            self.f = None;
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, self.f.is_none().then_some(0))
    }
}

impl<T, F> FusedStream for PollFn<F>
where
    F: FnMut(&mut Context<'_>) -> Poll<Option<T>>,
{
    fn is_terminated(&self) -> bool {
        self.f.is_none()
    }
}

impl<T, F> Progress for PollFn<F>
where
    F: FnMut(&mut Context<'_>) -> Poll<Option<T>>,
{
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl<F> fmt::Debug for PollFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PollFn")
            .field("done", &self.f.is_none())
            .finish_non_exhaustive()
    }
}
