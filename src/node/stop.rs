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
