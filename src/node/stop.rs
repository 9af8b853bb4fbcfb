use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::watch;

/// How far a run has come on its way out. It never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Everything runs.
    Running,
    /// Sources have been told to end; the rest works off what is under way.
    Draining,
    /// Whatever still runs is dropped.
    Aborting,
}

/// Tells a node or worker which phase the run is in.
#[derive(Clone, Debug)]
pub(crate) struct StopToken {
    phase: watch::Receiver<Phase>,
}

impl StopToken {
    pub(crate) fn new(phase: watch::Receiver<Phase>) -> Self {
        Self { phase }
    }

    /// Completes once the sources shall end.
    pub(crate) fn draining(self) -> impl Future<Output = ()> {
        self.reached(Phase::Draining)
    }

    /// Completes once what still runs shall be dropped.
    pub(crate) fn aborting(self) -> impl Future<Output = ()> {
        self.reached(Phase::Aborting)
    }

    async fn reached(mut self, phase: Phase) {
        // An error means that the steering side is gone: that is an abort.
        drop(self.phase.wait_for(|now| *now >= phase).await);
    }
}

/// Completes when a run wants its sources to end.
///
/// For sources that have something to finish, such as messages that were
/// accepted from outside. Ready for good once it has been ready.
pub struct Stopped {
    draining: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Stopped {
    pub(crate) fn new(token: StopToken) -> Self {
        Self {
            draining: Some(Box::pin(token.draining())),
        }
    }
}

impl Future for Stopped {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(draining) = &mut self.draining else {
            return Poll::Ready(());
        };
        let stopped = draining.as_mut().poll(cx);
        if stopped.is_ready() {
            self.draining = None;
        }
        stopped
    }
}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopped")
            .field("stopped", &self.draining.is_none())
            .finish()
    }
}
