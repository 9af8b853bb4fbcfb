use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Makes a flow of one item out of a future, so that the laws apply to it.
///
/// The laws are about operators; this is how a consumer, such as
/// [`collect`](Flow::collect), is checked with them. `poll_progress` polls the
/// future too, and keeps its result.
pub fn outcome<Fut: Future>(future: Fut) -> Flow<Outcome<Fut>> {
    Flow::native(Outcome {
        future: Some(future),
        result: None,
    })
}

/// Stream for [`outcome`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Outcome<Fut: Future> {
    #[pin]
    future: Option<Fut>,
    result: Option<Fut::Output>,
}

impl<Fut: Future> Stream for Outcome<Fut> {
    type Item = Fut::Output;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Fut::Output>> {
        ready!(self.as_mut().poll_progress(cx));
        Poll::Ready(self.project().result.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let owed = usize::from(!self.is_terminated());
        (owed, Some(owed))
    }
}

impl<Fut: Future> FusedStream for Outcome<Fut> {
    fn is_terminated(&self) -> bool {
        self.future.is_none() && self.result.is_none()
    }
}

impl<Fut: Future> Progress for Outcome<Fut> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if let Some(future) = this.future.as_mut().as_pin_mut() {
            *this.result = Some(ready!(future.poll(cx)));
            this.future.set(None);
        }
        Poll::Ready(())
    }
}

impl<Fut: Future> fmt::Debug for Outcome<Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("done", &self.future.is_none())
            .finish_non_exhaustive()
    }
}
