//! Requests to end: an interrupt (Ctrl-C), and on Unix a termination.

use std::io;

use super::exit::Failure;

/// Listens for requests to end, from when it is made.
///
/// The process then no longer dies of them by itself.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    /// Begins to listen. Needs a runtime around it.
    pub(super) fn listen() -> Result<Self, Failure> {
        Self::new().map_err(|error| Failure::failed(format!("cannot listen for Ctrl-C: {error}")))
    }

    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(windows)]
    fn new() -> io::Result<Self> {
        let interrupt = tokio::signal::windows::ctrl_c()?;
        Ok(Self { interrupt })
    }

    /// Waits for the next request.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        let heard = tokio::select! {
            heard = self.interrupt.recv() => heard,
            heard = self.terminate.recv() => heard,
        };
        #[cfg(windows)]
        let heard = self.interrupt.recv().await;
        if heard.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
