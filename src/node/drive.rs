use std::pin::Pin;
use std::task::{Context, Poll};

use millpond_operators::Progress;
use pin_project::pin_project;

use super::{Border, NodeContext, StageError, Stopped};
use crate::edge::Closed;

/// Moves messages from a node's operators over its border.
///
/// Room first, message second: a message is taken only when it can be put, so
/// cancelling the node loses none that its operators had not taken in. While
/// there is no room the operators are still driven (`poll_progress`): what
/// they have admitted goes on behind a full edge.
#[pin_project]
#[derive(Debug)]
pub(crate) struct Drive<P, B, Stop> {
    #[pin]
    flow: P,
    border: B,
    /// Completes when the node shall take nothing more in; sources have one.
    #[pin]
    stop: Option<Stop>,
    /// Each message is handed on before the next is taken.
    prompt: bool,
}

/// Drives a node that ends when its inlets do.
pub(crate) fn drive<P, B>(
    flow: P,
    border: B,
    context: &NodeContext,
) -> Drive<P, B, std::future::Pending<()>> {
    Drive {
        flow,
        border,
        stop: None,
        prompt: context.prompt,
    }
}

/// Drives a source, which also ends when it is told to.
pub(crate) fn drive_source<P, B>(
    flow: P,
    border: B,
    context: &NodeContext,
) -> Drive<P, B, Stopped> {
    Drive {
        flow,
        border,
        stop: Some(Stopped::new(context.stop.clone())),
        prompt: context.prompt,
    }
}

impl<P, B, Stop> Future for Drive<P, B, Stop>
where
    P: Progress,
    B: Border<P::Item>,
    Stop: Future<Output = ()>,
{
    type Output = Result<(), StageError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        // Once per wake and not per message: a stop wakes the node.
        if let Some(stop) = this.stop.as_mut().as_pin_mut()
            && stop.poll(cx).is_ready()
        {
            return Poll::Ready(Ok(()));
        }
        loop {
            match this.border.poll_room(cx) {
                Poll::Ready(Ok(())) => {}
                // Whoever was behind has left, which is theirs to explain.
                Poll::Ready(Err(Closed)) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    // Either answer leads to the same: there is no room.
                    let (Poll::Ready(()) | Poll::Pending) = this.flow.poll_progress(cx);
                    return Poll::Pending;
                }
            }
            match this.flow.as_mut().poll_next(cx) {
                Poll::Ready(Some(message)) => this.border.put(message),
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    return match this.border.poll_idle(cx) {
                        Poll::Ready(Closed) => Poll::Ready(Ok(())),
                        Poll::Pending => Poll::Pending,
                    };
                }
            }
            if *this.prompt {
                this.border.flush();
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
    }
}
