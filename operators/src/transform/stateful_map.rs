use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::stateful_map`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct StatefulMap<S, A, F, C> {
    #[pin]
    input: S,
    f: F,
    // The state and `on_complete`, which are gone after the end.
    held: Option<(A, C)>,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of every item and a state, and of the state at last.
    ///
    /// The state is `init` at first, and `f` may change it at every item.
    ///
    /// # Completion
    ///
    /// When the input ends, `on_complete` gets the state and says what the last
    /// item is; after `Some` one more item is emitted, and after `None` none. A
    /// panic of `on_complete` ends the output.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let changes: Vec<_> = flow(stream::iter([3, 5, 4]))
    ///     .stateful_map(
    ///         0,
    ///         |before, n| n - std::mem::replace(before, n),
    ///         |last| Some(-last),
    ///     )
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(changes, [3, 2, -1, -4]);
    /// # }
    /// ```
    pub fn stateful_map<A, T, F, C>(
        self,
        init: A,
        f: F,
        on_complete: C,
    ) -> Flow<StatefulMap<S, A, F, C>>
    where
        F: FnMut(&mut A, S::Item) -> T,
        C: FnOnce(A) -> Option<T>,
    {
        Flow::native(StatefulMap {
            input: self.into_stream(),
            f,
            held: Some((init, on_complete)),
        })
    }
}

impl<S, A, T, F, C> Stream for StatefulMap<S, A, F, C>
where
    S: Progress,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnOnce(A) -> Option<T>,
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.project();
        let Some((state, _)) = this.held else {
            return Poll::Ready(None);
        };
        if let Some(item) = ready!(this.input.poll_next(cx)) {
            return Poll::Ready(Some((this.f)(state, item)));
        }
        let last = this.held.take();
        Poll::Ready(last.and_then(|(state, on_complete)| on_complete(state)))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.held.is_none() {
            return (0, Some(0));
        }
        let (lower, upper) = self.input.size_hint();
        (lower, upper.and_then(|upper| upper.checked_add(1)))
    }
}

impl<S, A, T, F, C> FusedStream for StatefulMap<S, A, F, C>
where
    S: Progress,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnOnce(A) -> Option<T>,
{
    fn is_terminated(&self) -> bool {
        self.held.is_none()
    }
}

impl<S, A, T, F, C> Progress for StatefulMap<S, A, F, C>
where
    S: Progress,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnOnce(A) -> Option<T>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.held.is_none() {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}

impl<S: fmt::Debug, A: fmt::Debug, F, C> fmt::Debug for StatefulMap<S, A, F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatefulMap")
            .field("input", &self.input)
            .field("state", &self.held.as_ref().map(|(state, _)| state))
            .finish_non_exhaustive()
    }
}
