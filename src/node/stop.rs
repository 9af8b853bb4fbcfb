use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::sync::watch;
use tokio::task::coop;

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

    /// Whether the phase may have changed since this token was made: never
    /// wrong when it says no, and much cheaper than to wait.
    fn may_have_changed(&self) -> bool {
        self.phase.has_changed().unwrap_or(true)
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
    token: StopToken,
    /// The waker that `draining` has been given.
    waker: Option<Waker>,
}

impl Stopped {
    pub(crate) fn new(token: StopToken) -> Self {
        Self {
            // A task out of budget would be told to come again without being
            // registered with the run.
            draining: Some(Box::pin(coop::unconstrained(token.clone().draining()))),
            token,
            waker: None,
        }
    }
}

impl Future for Stopped {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let Some(draining) = &mut this.draining else {
            return Poll::Ready(());
        };
        // A source asks at each turn. It will be woken, so nothing has to be
        // said again unless there is news, or somebody else to wake.
        let registered = |waker: &Waker| waker.will_wake(cx.waker());
        if this.waker.as_ref().is_some_and(registered) && !this.token.may_have_changed() {
            return Poll::Pending;
        }
        let stopped = draining.as_mut().poll(cx);
        if stopped.is_ready() {
            this.draining = None;
        }
        this.waker = Some(cx.waker().clone());
        stopped
    }
}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopped")
            .field("stopped", &self.draining.is_none())
            .finish_non_exhaustive()
    }
}
