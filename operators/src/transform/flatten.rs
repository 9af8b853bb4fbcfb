use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::flatten`] and [`Flow::flat_map`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Flatten<S: Progress> {
    #[pin]
    input: S,
    // The stream whose items are being emitted; gone when it ends.
    #[pin]
    inner: Option<S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of every stream that the input gives, one after the other.
    ///
    /// The next stream is taken only when the one before it has ended; it is
    /// dropped as soon as it ends. A stream without items is passed over.
    ///
    /// # Completion
    ///
    /// Ends when the input and the last stream have ended.
    ///
    /// # Backpressure
    ///
    /// One stream is held, so it may be without an end. While the output is
    /// blocked, [`poll_progress`](Progress::poll_progress) drives the work that
    /// it has under way, but takes no other.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let pages = [vec![1, 2], vec![], vec![3]].map(|page| flow(stream::iter(page)));
    /// let lines: Vec<_> = flow(stream::iter(pages)).flatten().collect().await;
    ///
    /// assert_eq!(lines, [1, 2, 3]);
    /// # }
    /// ```
    pub fn flatten(self) -> Flow<Flatten<S>>
    where
        S::Item: Progress,
    {
        Flow::native(Flatten {
            input: self.into_stream(),
            inner: None,
        })
    }
}

impl<S, R> Stream for Flatten<S>
where
    S: Progress<Item = R>,
    R: Progress,
{
    type Item = R::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            if let Some(inner) = this.inner.as_mut().as_pin_mut() {
                match inner.poll_next(cx) {
                    Poll::Ready(None) => this.inner.set(None),
                    Poll::Pending => {
                        let _moving = this.input.poll_progress(cx);
                        return Poll::Pending;
                    }
                    Poll::Ready(item) => return Poll::Ready(item),
                }
            }
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(inner) => this.inner.set(Some(inner)),
                None => return Poll::Ready(None),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.inner.as_ref().map_or((0, Some(0)), R::size_hint);
        let is_last = self.input.size_hint().1 == Some(0);
        (lower, upper.filter(|_| is_last))
    }
}

impl<S, R> FusedStream for Flatten<S>
where
    S: Progress<Item = R> + FusedStream,
    R: Progress,
{
    fn is_terminated(&self) -> bool {
        self.inner.is_none() && self.input.is_terminated()
    }
}

impl<S, R> Progress for Flatten<S>
where
    S: Progress<Item = R>,
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
