use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tracing::Span;

use super::contain::contain;
use super::error::Cause;
use super::state::RunState;
use super::threads::OnThread;
use crate::node::{NodeFuture, Phase, Stopwatch};

/// A node's future with its border to the rest of the process: a panic ends
/// here, log lines get the node's name, the thread knows which node it is in,
/// and the run learns how the node ended.
pub(super) struct Guard {
    /// Gone once it has ended: a state that panicked is never polled again.
    future: Option<NodeFuture>,
    node: usize,
    thread: Arc<OnThread>,
    state: Arc<RunState>,
    span: Span,
    stopwatch: Rc<Stopwatch>,
}

impl Guard {
    pub(super) fn new(
        future: NodeFuture,
        node: usize,
        thread: Arc<OnThread>,
        state: Arc<RunState>,
        span: Span,
        stopwatch: Rc<Stopwatch>,
    ) -> Self {
        Self {
            future: Some(future),
            node,
            thread,
            state,
            span,
            stopwatch,
        }
    }

    /// Runs code of the node with everything that belongs around it.
    fn inside<R>(&mut self, code: impl FnOnce(&mut Option<NodeFuture>) -> R) -> Result<R, Cause> {
        let _in_span = self.span.enter();
        let _on_thread = self.thread.enter(self.node);
        contain(|| code(&mut self.future))
    }
}

impl Future for Guard {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let started = self.stopwatch.start();
        let polled = self.inside(|future| match future {
            Some(future) => future.as_mut().poll(cx),
            None => Poll::Ready(Ok(())),
        });
        self.stopwatch.stop(started);
        let ended = match polled {
            Ok(polled) => ready!(polled).map_err(Cause::Error),
            Err(panic) => Err(panic),
        };
        if ended.is_err() {
            // Before its edges close: a sink that sees them end can then tell
            // that not all has come.
            self.state.advance(Phase::Draining);
        }
        // Dropping closes the node's edges; user values may panic even there.
        let dropped = self.inside(|future| *future = None);
        self.state.node_ended(self.node, ended.and(dropped));
        Poll::Ready(())
    }
}

impl Drop for Guard {
    /// A node that is dropped by an abort is still within its border.
    fn drop(&mut self) {
        if self.future.is_some()
            && let Err(panic) = self.inside(|future| *future = None)
        {
            self.state.node_ended(self.node, Err(panic));
        }
    }
}
