use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::filter::LimitExceeded;
use crate::{Flow, Progress};

/// Stream for [`Flow::expand_recursive`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct ExpandRecursive<S, F, R> {
    // Gone after its end, or when a stream has found no place.
    #[pin]
    input: Option<S>,
    f: F,
    // The stream whose items are being emitted.
    #[pin]
    inner: Option<R>,
    // Those that wait for their turn, never polled so far.
    queued: VecDeque<R>,
    max_queued: usize,
    // Owed after the item whose stream has found no place.
    error: Option<LimitExceeded>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, and in turn all that `f` makes of what is emitted.
    ///
    /// `f` sees each item before it is emitted, and may make a stream of it. The
    /// items of that stream are emitted and seen by `f` like those of the input,
    /// and so on: what comes out is the tree below each item of the input, level
    /// by level. One stream is polled at a time, and the others wait in a queue.
    ///
    /// # Completion
    ///
    /// Ends when the input has ended and no stream is left.
    ///
    /// # Backpressure
    ///
    /// Nothing is taken from the input before the whole tree below its last item
    /// has been emitted. One stream is live, and `max_queued` of them wait
    /// besides.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the streams that wait.
    ///
    /// # Errors
    ///
    /// Streams that wait for others cannot be held back as the input can. The
    /// item whose stream finds no place in the queue is still emitted; then comes
    /// one [`LimitExceeded`], and the output ends. The input and all streams are
    /// dropped.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_queued` is zero.
    ///
    /// # Units
    ///
    /// `max_queued` counts streams: those that are left of one level of a tree,
    /// and those made so far on the next. Twice the broadest level is always
    /// enough. Where `f` gives `None`, nothing is queued.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let halves = |n: &u32| (*n > 2).then(|| flow(stream::iter([n / 2, n - n / 2])));
    /// let parts: Vec<_> = flow(stream::iter([7, 2]))
    ///     .expand_recursive(4, halves)
    ///     .map(Result::unwrap)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(parts, [7, 3, 4, 1, 2, 2, 2, 2]);
    /// # }
    /// ```
    #[track_caller]
    pub fn expand_recursive<R, F>(self, max_queued: usize, f: F) -> Flow<ExpandRecursive<S, F, R>>
    where
        F: FnMut(&S::Item) -> Option<R>,
        R: Progress<Item = S::Item>,
    {
        assert!(
            max_queued > 0,
            "`expand_recursive` with 0 streams queued could follow one item only; give at least 1"
        );
        Flow::native(ExpandRecursive {
            input: Some(self.into_stream()),
            f,
            inner: None,
            queued: VecDeque::new(),
            max_queued,
            error: None,
        })
    }
}

impl<S, F, R> ExpandRecursive<S, F, R>
where
    S: Progress,
    F: FnMut(&S::Item) -> Option<R>,
    R: Progress<Item = S::Item>,
{
    /// Makes the stream of an item that is about to leave, and finds its place.
    fn expand(self: Pin<&mut Self>, item: &S::Item) {
        let mut this = self.project();
        let Some(made) = (this.f)(item) else {
            return;
        };
        if this.inner.is_none() {
            this.inner.set(Some(made));
        } else if this.queued.len() < *this.max_queued {
            this.queued.push_back(made);
        } else {
            *this.error = Some(LimitExceeded::new(*this.max_queued));
            this.input.set(None);
            this.inner.set(None);
            this.queued.clear();
        }
    }
}

impl<S, F, R> Stream for ExpandRecursive<S, F, R>
where
    S: Progress,
    F: FnMut(&S::Item) -> Option<R>,
    R: Progress<Item = S::Item>,
{
    type Item = Result<S::Item, LimitExceeded>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        for _ in 0..UNITS_PER_POLL {
            let mut this = self.as_mut().project();
            let item = if let Some(inner) = this.inner.as_mut().as_pin_mut() {
                let polled = inner.poll_next(cx);
                if polled.is_pending()
                    && let Some(input) = this.input.as_pin_mut()
                {
                    let _moving = input.poll_progress(cx);
                }
                let Some(item) = ready!(polled) else {
                    this.inner.set(this.queued.pop_front());
                    continue;
                };
                item
            } else {
                let Some(input) = this.input.as_mut().as_pin_mut() else {
                    return Poll::Ready(this.error.take().map(Err));
                };
                let Some(item) = ready!(input.poll_next(cx)) else {
                    this.input.set(None);
                    return Poll::Ready(None);
                };
                item
            };
            self.expand(&item);
            return Poll::Ready(Some(Ok(item)));
        }
        match self.project().input.as_pin_mut() {
            Some(input) => yield_after(input, cx),
            None => cx.waker().wake_by_ref(),
        }
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.error.is_some() {
            return (1, Some(1));
        }
        let of_input = self.input.as_ref().map(Stream::size_hint);
        let of_inner = self.inner.as_ref().map(Stream::size_hint);
        let hints = [of_input, of_inner].into_iter().flatten();
        // Of several items the first may lead to the error.
        let (lower, upper) = hints.fold((0, 0), |(lower, upper), (l, u)| {
            (lower.max(l.min(1)), upper.max(u.unwrap_or(1)))
        });
        (lower, (upper == 0 && self.queued.is_empty()).then_some(0))
    }
}

impl<S, F, R> FusedStream for ExpandRecursive<S, F, R>
where
    S: Progress,
    F: FnMut(&S::Item) -> Option<R>,
    R: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.inner.is_none() && self.error.is_none()
    }
}

impl<S, F, R> Progress for ExpandRecursive<S, F, R>
where
    S: Progress,
    F: FnMut(&S::Item) -> Option<R>,
    R: Progress<Item = S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let inner = this.inner.as_pin_mut().map(|inner| inner.poll_progress(cx));
        let upstream = this.input.as_pin_mut().map(|input| input.poll_progress(cx));
        if [inner, upstream].contains(&Some(Poll::Pending)) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}

impl<S: fmt::Debug, F, R: fmt::Debug> fmt::Debug for ExpandRecursive<S, F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpandRecursive")
            .field("input", &self.input)
            .field("inner", &self.inner)
            .field("queued", &self.queued.len())
            .field("max_queued", &self.max_queued)
            .finish_non_exhaustive()
    }
}
