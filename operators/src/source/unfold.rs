use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Emits what the futures that `f` makes of a state give, one after the other.
///
/// Each future gives the next item and the next state, or `None` at the end.
///
/// # Completion
///
/// Ends when a future gives `None`. After a panic of `f` or of a future it has
/// ended too, since the state is gone.
///
/// # Backpressure
///
/// One future is under way at a time. While the output is blocked,
/// [`poll_progress`](Progress::poll_progress) starts the next one, drives it
/// to its end and holds its item: a page is fetched while the page before it
/// is being used.
///
/// # Examples
///
/// ```
/// use millpond_operators::source;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // Each page tells where the next one begins.
/// async fn page(start: u32) -> Option<([u32; 2], u32)> {
///     (start < 4).then_some(([start, start + 1], start + 2))
/// }
/// let rows: Vec<_> = source::unfold(0, page).flat_map_iter(|rows| rows).collect().await;
///
/// assert_eq!(rows, [0, 1, 2, 3]);
/// # }
/// ```
pub fn unfold<T, St, F, Fut>(init: St, f: F) -> Flow<Unfold<T, St, F, Fut>>
where
    F: FnMut(St) -> Fut,
    Fut: Future<Output = Option<(T, St)>>,
{
    Flow::native(Unfold {
        f,
        state: Some(init),
        future: None,
        item: None,
        polling: false,
    })
}

/// Stream for [`unfold`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Unfold<T, St, F, Fut> {
    f: F,
    // Gone while a future has it, and at the end.
    state: Option<St>,
    #[pin]
    future: Option<Fut>,
    // Given by the last future, and not emitted yet.
    item: Option<T>,
    // True during a poll of the future; found true, that poll panicked.
    polling: bool,
}

impl<T, St, F, Fut> Stream for Unfold<T, St, F, Fut>
where
    F: FnMut(St) -> Fut,
    Fut: Future<Output = Option<(T, St)>>,
{
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        ready!(self.as_mut().poll_progress(cx));
        Poll::Ready(self.project().item.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = usize::from(self.item.is_some());
        let ends = self.state.is_none() && self.future.is_none();
        (held, ends.then_some(held))
    }
}

impl<T, St, F, Fut> FusedStream for Unfold<T, St, F, Fut>
where
    F: FnMut(St) -> Fut,
    Fut: Future<Output = Option<(T, St)>>,
{
    fn is_terminated(&self) -> bool {
        self.state.is_none() && self.future.is_none() && self.item.is_none()
    }
}

impl<T, St, F, Fut> Progress for Unfold<T, St, F, Fut>
where
    F: FnMut(St) -> Fut,
    Fut: Future<Output = Option<(T, St)>>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if this.item.is_some() {
            return Poll::Ready(());
        }
        if let Some(state) = this.state.take() {
            this.future.set(Some((this.f)(state)));
        }
        if mem::replace(this.polling, true) {
            // The last poll panicked.
            this.future.set(None);
        }
        if let Some(future) = this.future.as_mut().as_pin_mut() {
            let next = future.poll(cx);
            *this.polling = false;
            if let Some((item, state)) = ready!(next) {
                *this.item = Some(item);
                *this.state = Some(state);
            }
            this.future.set(None);
        }
        *this.polling = false;
        Poll::Ready(())
    }
}

impl<T, St, F, Fut> fmt::Debug for Unfold<T, St, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unfold")
            .field("busy", &self.future.is_some())
            .finish_non_exhaustive()
    }
}
