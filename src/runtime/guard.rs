use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tracing::Span;

use super::contain::contain;
use super::error::Cause;
use super::threads::OnThread;
use crate::node::NodeFuture;

/// A node's future with its border to the rest of the process: a panic ends
/// here, log lines get the node's name, and the thread knows which node it is in.
pub(super) struct Guard {
    /// Gone once it has ended: a state that panicked is never polled again.
    future: Option<NodeFuture>,
    node: usize,
    thread: Arc<OnThread>,
    span: Span,
}

impl Guard {
    pub(super) fn new(future: NodeFuture, node: usize, thread: Arc<OnThread>, span: Span) -> Self {
        Self {
            future: Some(future),
            node,
            thread,
            span,
        }
    }
}

impl Future for Guard {
    type Output = Result<(), Cause>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let _in_span = this.span.enter();
        let inside = this.thread.enter(this.node);
        let polled = contain(|| match &mut this.future {
            Some(future) => future.as_mut().poll(cx),
            None => Poll::Ready(Ok(())),
        });
        let ended = match polled {
            Ok(Poll::Pending) => {
                drop(inside);
                return Poll::Pending;
            }
            Ok(Poll::Ready(Ok(()))) => Ok(()),
            Ok(Poll::Ready(Err(error))) => Err(Cause::Error(error)),
            Err(panic) => Err(panic),
        };
        // Dropping closes the node's edges; user values may panic even there.
        let dropped = contain(|| this.future = None);
        drop(inside);
        Poll::Ready(ended.and(dropped))
    }
}
