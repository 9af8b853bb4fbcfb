use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::switch_map`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct SwitchMap<S, F, R> {
    #[pin]
    input: S,
    f: F,
    // Made of the latest item; gone when it ends.
    #[pin]
    inner: Option<R>,
    // The input has ended.
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of the stream that `f` makes of the latest item.
    ///
    /// A new item ends the stream of the one before it: that stream is dropped,
    /// with whatever it has not given yet, before `f` gets the new item. Each
    /// poll asks the input first, so an input that is always ready lets no
    /// stream give anything.
    ///
    /// # Completion
    ///
    /// Ends when the input and the latest stream have ended.
    ///
    /// # Backpressure
    ///
    /// One stream is held. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) drives the work that it has
    /// under way, but takes no new item: a stream gives way on the next poll only.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let wait = |ms| sleep(Duration::from_millis(ms));
    /// // A key is pressed every 30 ms, and a search takes 50 ms.
    /// let typed = flow(stream::iter(["m", "mi", "mill"])).then(async |text| {
    ///     wait(30).await;
    ///     text
    /// });
    /// let found: Vec<_> = typed
    ///     .switch_map(|text| {
    ///         flow(stream::once(async move {
    ///             wait(50).await;
    ///             format!("{text}pond")
    ///         }))
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(found, ["millpond"]);
    /// # }
    /// ```
    pub fn switch_map<R, F>(self, f: F) -> Flow<SwitchMap<S, F, R>>
    where
        F: FnMut(S::Item) -> R,
        R: Progress,
    {
        Flow::native(SwitchMap {
            input: self.into_stream(),
            f,
            inner: None,
            done: false,
        })
    }
}

impl<S, F, R> SwitchMap<S, F, R>
where
    S: Progress,
    F: FnMut(S::Item) -> R,
    R: Progress,
{
    /// Takes items until none is left now; says whether it came so far.
    fn switch(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        let mut this = self.project();
        if *this.done {
            return true;
        }
        for _ in 0..UNITS_PER_POLL {
            match this.input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    this.inner.set(None);
                    let inner = (this.f)(item);
                    this.inner.set(Some(inner));
                }
                Poll::Ready(None) => {
                    *this.done = true;
                    return true;
                }
                Poll::Pending => return true,
            }
        }
        yield_after(this.input, cx);
        false
    }
}

impl<S, F, R> Stream for SwitchMap<S, F, R>
where
    S: Progress,
    F: FnMut(S::Item) -> R,
    R: Progress,
{
    type Item = R::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R::Item>> {
        if !self.as_mut().switch(cx) {
            return Poll::Pending;
        }
        let mut this = self.project();
        if let Some(inner) = this.inner.as_mut().as_pin_mut() {
            let polled = inner.poll_next(cx);
            if !matches!(polled, Poll::Ready(None)) {
                return polled;
            }
            this.inner.set(None);
        }
        if *this.done {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let is_last = self.done || self.input.size_hint().1 == Some(0);
        if !is_last {
            return (0, None);
        }
        self.inner.as_ref().map_or((0, Some(0)), R::size_hint)
    }
}

impl<S, F, R> FusedStream for SwitchMap<S, F, R>
where
    S: Progress,
    F: FnMut(S::Item) -> R,
    R: Progress,
{
    fn is_terminated(&self) -> bool {
        self.done && self.inner.is_none()
    }
}

impl<S, F, R> Progress for SwitchMap<S, F, R>
where
    S: Progress,
    F: FnMut(S::Item) -> R,
    R: Progress,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let inner = this.inner.as_pin_mut().map(|inner| inner.poll_progress(cx));
        let upstream = this.input.poll_progress(cx);
        if inner == Some(Poll::Pending) {
            return Poll::Pending;
        }
        upstream
    }
}

impl<S: fmt::Debug, F, R: fmt::Debug> fmt::Debug for SwitchMap<S, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SwitchMap")
            .field("input", &self.input)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
