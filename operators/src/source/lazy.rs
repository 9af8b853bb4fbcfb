use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Emits the items of the flow that `make` gives when it is first polled.
///
/// This is for a source that opens something: a pipeline that is built and
/// never run then opens nothing. The flow is dropped at its end.
///
/// # Backpressure
///
/// [`poll_progress`](Progress::poll_progress) makes the flow too, if it comes
/// first, and drives its progress.
///
/// # Panics
///
/// A panic of `make` passes through to the caller of the poll; the output has
/// then ended.
///
/// # Examples
///
/// ```
/// use millpond_operators::{flow, source};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let mut opened = 0;
/// let items = source::lazy(|| {
///     opened += 1;
///     flow([1, 2])
/// });
/// let items: Vec<_> = items.collect().await;
///
/// assert_eq!((items, opened), (vec![1, 2], 1));
/// # }
/// ```
pub fn lazy<S, F>(make: F) -> Flow<Lazy<S, F>>
where
    S: Progress,
    F: FnOnce() -> Flow<S>,
{
    Flow::native(Lazy {
        make: Some(make),
        made: None,
    })
}

/// Stream for [`lazy`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Lazy<S, F> {
    // Gone when it has been called.
    make: Option<F>,
    // Gone at the end.
    #[pin]
    made: Option<Flow<S>>,
}

impl<S: Progress, F: FnOnce() -> Flow<S>> Lazy<S, F> {
    fn made(self: Pin<&mut Self>) -> Pin<&mut Option<Flow<S>>> {
        let mut this = self.project();
        if let Some(make) = this.make.take() {
            this.made.set(Some(make()));
        }
        this.made
    }
}

impl<S: Progress, F: FnOnce() -> Flow<S>> Stream for Lazy<S, F> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut made = self.made();
        let Some(stream) = made.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let polled = stream.poll_next(cx);
        if matches!(polled, Poll::Ready(None)) {
            made.set(None);
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.made {
            Some(stream) => stream.size_hint(),
            None => (0, self.make.is_none().then_some(0)),
        }
    }
}

impl<S: Progress, F: FnOnce() -> Flow<S>> FusedStream for Lazy<S, F> {
    fn is_terminated(&self) -> bool {
        self.make.is_none() && self.made.is_none()
    }
}

impl<S: Progress, F: FnOnce() -> Flow<S>> Progress for Lazy<S, F> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.made().as_pin_mut() {
            Some(stream) => stream.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, F> fmt::Debug for Lazy<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lazy")
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}
