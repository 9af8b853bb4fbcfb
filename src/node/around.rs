use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::{NodeFuture, StageError};

/// A node's flow, with what the node waits for before its first message and
/// after its last.
pub(crate) struct Around<P> {
    pub(crate) flow: P,
    /// Waited for before the flow is first polled. An error ends the run.
    pub(crate) open: NodeFuture,
    /// Waited for once the flow has ended without an error, is dropped, and the
    /// node's edges are closed. Otherwise dropped with the node.
    pub(crate) close: Pin<Box<dyn Future<Output = ()>>>,
}

impl<P> Around<P> {
    /// Puts the two around what `drive` makes of the flow.
    pub(crate) fn drive<D>(self, drive: impl FnOnce(P) -> D) -> NodeFuture
    where
        D: Future<Output = Result<(), StageError>> + 'static,
    {
        Box::pin(Driven {
            open: Some(self.open),
            work: Some(Box::pin(drive(self.flow))),
            close: self.close,
        })
    }
}

/// The whole node. After an error it still holds the ends of its edges, which
/// must not close before the run knows of the error.
struct Driven<D> {
    open: Option<NodeFuture>,
    work: Option<Pin<Box<D>>>,
    close: Pin<Box<dyn Future<Output = ()>>>,
}

impl<D> Future for Driven<D>
where
    D: Future<Output = Result<(), StageError>>,
{
    type Output = Result<(), StageError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some(open) = &mut this.open {
            ready!(open.as_mut().poll(cx))?;
            this.open = None;
        }
        if let Some(work) = &mut this.work {
            ready!(work.as_mut().poll(cx))?;
            this.work = None;
        }
        this.close.as_mut().poll(cx).map(Ok)
    }
}
