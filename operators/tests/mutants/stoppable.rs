use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::oneshot::Receiver;
use futures::stream::FusedStream;
use futures::{FutureExt, Stream};
use millpond_operators::testing::{Source, Token};
use millpond_operators::{Flow, Progress};

/// Ends when the other half of the channel is dropped.
pub(crate) fn stoppable(input: Flow<Source>, stopped: Receiver<()>) -> Flow<Stoppable> {
    Flow::native(Stoppable {
        input: Some(input),
        stopped,
    })
}

pub(crate) struct Stoppable {
    input: Option<Flow<Source>>,
    stopped: Receiver<()>,
}

impl Stream for Stoppable {
    type Item = Token;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Token>> {
        if self.input.is_some() && self.stopped.poll_unpin(cx).is_ready() {
            self.input = None;
        }
        let Some(input) = &mut self.input else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(input).poll_next(cx);
        if let Poll::Ready(None) = polled {
            self.input = None;
        }
        polled
    }
}

impl FusedStream for Stoppable {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl Progress for Stoppable {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}
