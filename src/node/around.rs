use std::pin::Pin;

use super::{NodeFuture, StageError};

/// A node's flow, with what the node waits for before its first message and
/// after its last.
pub(crate) struct Around<P> {
    pub(crate) flow: P,
    /// Waited for before the flow is first polled. An error ends the run.
    pub(crate) open: NodeFuture,
    /// Waited for once the flow is dropped and the node's edges are closed,
    /// however the flow ended; dropped with the node if the run is aborted or
    /// the flow panics.
    pub(crate) close: Pin<Box<dyn Future<Output = ()>>>,
}

impl<P> Around<P> {
    /// Puts the two around what `drive` makes of the flow.
    pub(crate) fn drive<D>(self, drive: impl FnOnce(P) -> D) -> NodeFuture
    where
        D: Future<Output = Result<(), StageError>> + 'static,
    {
        let Self { flow, open, close } = self;
        let driven = drive(flow);
        Box::pin(async move {
            let ended = match open.await {
                Ok(()) => driven.await,
                Err(error) => {
                    drop(driven);
                    Err(error)
                }
            };
            close.await;
            ended
        })
    }
}
