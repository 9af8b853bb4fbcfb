use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::solo::Solo;
use crate::{Flow, Progress};

/// Stream for [`Flow::scan_async`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct ScanAsync<S, A, T, F, Fut> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    f: F,
    // With the future while one is under way.
    state: Option<A>,
    #[pin]
    future: Solo<Fut>,
    // Made while the output was blocked.
    held: Option<T>,
}

impl<S: Progress> Flow<S> {
    /// Emits what the futures of `f` make of each item and a state, until one
    /// makes nothing.
    ///
    /// The state is `init` at first. `f` gets it with each item, and its future
    /// gives back the next state together with the item to emit. One future is
    /// under way at a time, since the next one needs its state.
    ///
    /// # Completion
    ///
    /// Ends at the first future that gives `None`; the input is dropped then. An
    /// input that ends sooner ends the output.
    ///
    /// # Backpressure
    ///
    /// One item is inside, as a future or as what was made of it. While the
    /// output is blocked, [`poll_progress`](Progress::poll_progress) takes it
    /// and drives its future to the end.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the state with the future under way.
    ///
    /// # Panics
    ///
    /// A panic of `f` or of a future passes through to the caller of the poll;
    /// the output has then ended, since the state is gone.
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
    ///     .scan_async(0, async |sum, n| {
    ///         let sum = sum + n;
    ///         (sum < 10).then_some((sum, format!("{sum} so far")))
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(so_far, ["3 so far", "7 so far"]);
    /// # }
    /// ```
    pub fn scan_async<A, T, F, Fut>(self, init: A, f: F) -> Flow<ScanAsync<S, A, T, F, Fut>>
    where
        F: FnMut(A, S::Item) -> Fut,
        Fut: Future<Output = Option<(A, T)>>,
    {
        Flow::native(ScanAsync {
            input: Some(self.into_stream()),
            f,
            state: Some(init),
            future: Solo::idle(),
            held: None,
        })
    }
}

impl<S, A, T, F, Fut> ScanAsync<S, A, T, F, Fut>
where
    S: Progress,
    F: FnMut(A, S::Item) -> Fut,
    Fut: Future<Output = Option<(A, T)>>,
{
    /// Works until an item is held; `Ready` without one at the end.
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
            let item = ready!(input.as_mut().poll_next(cx));
            let Some((state, item)) = this.state.take().zip(item) else {
                this.input.set(None);
                return Poll::Ready(());
            };
            this.future.as_mut().start(|| (this.f)(state, item));
        }
        let Poll::Ready(made) = this.future.poll(cx) else {
            let _moving = input.poll_progress(cx);
            return Poll::Pending;
        };
        match made {
            Some((state, item)) => {
                *this.state = Some(state);
                *this.held = Some(item);
            }
            None => this.input.set(None),
        }
        Poll::Ready(())
    }
}

impl<S, A, T, F, Fut> Stream for ScanAsync<S, A, T, F, Fut>
where
    S: Progress,
    F: FnMut(A, S::Item) -> Fut,
    Fut: Future<Output = Option<(A, T)>>,
{
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        ready!(self.as_mut().drive(cx));
        Poll::Ready(self.project().held.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = usize::from(self.held.is_some());
        let inside = held + usize::from(self.future.is_busy());
        let upper = self.input.as_ref().map_or(Some(0), |s| s.size_hint().1);
        (held, upper.and_then(|upper| upper.checked_add(inside)))
    }
}

impl<S, A, T, F, Fut> FusedStream for ScanAsync<S, A, T, F, Fut>
where
    S: Progress,
    F: FnMut(A, S::Item) -> Fut,
    Fut: Future<Output = Option<(A, T)>>,
{
    fn is_terminated(&self) -> bool {
        self.future.has_panicked() || (self.input.is_none() && self.held.is_none())
    }
}

impl<S, A, T, F, Fut> Progress for ScanAsync<S, A, T, F, Fut>
where
    S: Progress,
    F: FnMut(A, S::Item) -> Fut,
    Fut: Future<Output = Option<(A, T)>>,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.as_mut().drive(cx));
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, A: fmt::Debug, T, F, Fut> fmt::Debug for ScanAsync<S, A, T, F, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanAsync")
            .field("input", &self.input)
            .field("state", &self.state)
            .field("busy", &self.future.is_busy())
            .field("held", &self.held.is_some())
            .finish_non_exhaustive()
    }
}
