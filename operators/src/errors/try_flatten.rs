use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::UntilErr;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::try_flatten`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct TryFlatten<S, R> {
    #[pin]
    input: UntilErr<S>,
    // Gone when it has ended.
    #[pin]
    inner: Option<R>,
}

impl<S, R, T, E> Flow<S>
where
    S: Progress<Item = Result<Flow<R>, E>>,
    R: Progress<Item = Result<T, E>>,
{
    /// Emits the results of each stream that comes as an `Ok`, up to the first `Err`.
    ///
    /// The streams come out one after the other. While the results of one come
    /// out, the work that the input has admitted goes on, but no further stream
    /// is taken from it.
    ///
    /// # Completion
    ///
    /// Ends when the input and the last stream have ended, or with the first
    /// `Err`, be it of the input or of a stream. Both are dropped before that
    /// `Err` is handed out.
    ///
    /// # Backpressure
    ///
    /// One stream is held at a time. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) drives the progress of the
    /// stream and of the input.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let page = |rows: [Result<u8, &'static str>; 2]| Ok(flow(stream::iter(rows)));
    /// let pages = stream::iter([page([Ok(1), Ok(2)]), page([Ok(3), Err("cut off")])]);
    /// let rows: Vec<_> = flow(pages).try_flatten().collect().await;
    ///
    /// assert_eq!(rows, [Ok(1), Ok(2), Ok(3), Err("cut off")]);
    /// # }
    /// ```
    pub fn try_flatten(self) -> Flow<TryFlatten<S, R>> {
        Flow::native(TryFlatten {
            input: UntilErr::new(self.into_stream()),
            inner: None,
        })
    }
}

impl<S, R, T, E> Stream for TryFlatten<S, R>
where
    S: Progress<Item = Result<Flow<R>, E>>,
    R: Progress<Item = Result<T, E>>,
{
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            if let Some(inner) = this.inner.as_mut().as_pin_mut() {
                let Poll::Ready(item) = inner.poll_next(cx) else {
                    let _moving = this.input.poll_progress(cx);
                    return Poll::Pending;
                };
                if let Some(Ok(_)) = item {
                    return Poll::Ready(item);
                }
                this.inner.set(None);
                if item.is_some() {
                    this.input.end();
                    return Poll::Ready(item);
                }
            }
            match ready!(this.input.as_mut().poll_next(cx)) {
                Some(Ok(next)) => this.inner.set(Some(next.into_stream())),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let inner = self.inner.as_ref().map(Stream::size_hint);
        let (lower, upper) = inner.unwrap_or((0, Some(0)));
        // The very next one may be an `Err`, and a stream to come of any length.
        let is_last = self.input.size_hint().1 == Some(0);
        (lower.min(1), upper.filter(|_| is_last))
    }
}

impl<S, R, T, E> FusedStream for TryFlatten<S, R>
where
    S: Progress<Item = Result<Flow<R>, E>>,
    R: Progress<Item = Result<T, E>>,
{
    fn is_terminated(&self) -> bool {
        self.inner.is_none() && self.input.is_terminated()
    }
}

impl<S, R, T, E> Progress for TryFlatten<S, R>
where
    S: Progress<Item = Result<Flow<R>, E>>,
    R: Progress<Item = Result<T, E>>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let inner = match this.inner.as_pin_mut() {
            Some(inner) => inner.poll_progress(cx),
            None => Poll::Ready(()),
        };
        let input = this.input.poll_progress(cx);
        if inner.is_ready() { input } else { inner }
    }
}
