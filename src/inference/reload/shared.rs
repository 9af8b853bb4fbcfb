//! What a backend and its reloader share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot};

use super::ReloadError;
use crate::inference::{Backend, InferError};
use crate::node::Workers;

pub(super) struct Shared<B> {
    state: Mutex<State<B>>,
    /// Whatever a `replace` waits for has changed.
    changed: Notify,
}

pub(super) struct State<B> {
    /// Known once the stage has started.
    pub(super) workers: Option<Workers>,
    /// Gone once the stage has ended.
    pub(super) running: Option<Generation<B>>,
    /// Those that still have batches in flight, and whoever waits for them.
    pub(super) retired: Vec<(Generation<B>, oneshot::Sender<B>)>,
    /// How many models have been given, and so the number of the last one.
    pub(super) given: u64,
    /// The last one given, while it warms up. It is here and not in the future
    /// that waits for it, so that it ends with the stage though nobody polls.
    pub(super) warming: Option<B>,
}

/// A backend, and how many batches are in flight on it.
pub(super) struct Generation<B> {
    pub(super) number: u64,
    pub(super) backend: B,
    pub(super) in_flight: usize,
}

impl<B> Generation<B> {
    pub(super) fn new(number: u64, backend: B) -> Self {
        Self {
            number,
            backend,
            in_flight: 0,
        }
    }
}

impl<B> State<B> {
    fn running(&mut self) -> Result<&mut Generation<B>, InferError> {
        self.running.as_mut().ok_or(InferError::NotRunning)
    }

    /// Tells whether the model of this number may still become the one that
    /// runs.
    pub(super) fn check(&self, number: u64) -> Result<(), ReloadError> {
        if self.running.is_none() {
            return Err(ReloadError::NotRunning);
        }
        if self.given != number {
            return Err(ReloadError::Superseded);
        }
        Ok(())
    }
}

impl<B> Shared<B> {
    pub(super) fn new(first: B) -> Self {
        Self {
            state: Mutex::new(State {
                workers: None,
                running: Some(Generation::new(0, first)),
                retired: Vec::new(),
                given: 0,
                warming: None,
            }),
            changed: Notify::new(),
        }
    }

    /// Ends everything; returns the backends that have been started.
    pub(super) fn close(&self) -> Vec<B> {
        let mut state = self.lock();
        let running = state.running.take().map(|running| running.backend);
        // Whoever waits for them learns it as their senders are dropped.
        let retired = std::mem::take(&mut state.retired);
        let backends = running.into_iter().chain(state.warming.take());
        let retired = retired.into_iter().map(|(retired, _)| retired.backend);
        let backends = backends.chain(retired).collect();
        drop(state);
        self.tell();
        backends
    }

    /// Waits until `look` finds in the state what it looks for.
    pub(super) async fn find<T>(&self, look: impl Fn(&State<B>) -> Option<T>) -> T {
        loop {
            // Made before the look, so that no change is missed in between.
            let changed = self.changed.notified();
            if let Some(found) = look(&self.lock()) {
                return found;
            }
            changed.await;
        }
    }

    /// Lets those who wait look at the state again.
    pub(super) fn tell(&self) {
        self.changed.notify_waiters();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: Backend> Shared<B> {
    /// Starts the first backend.
    pub(super) fn start(&self, workers: &Workers) -> Result<(), InferError> {
        let mut state = self.lock();
        state.running()?.backend.start(workers)?;
        state.workers = Some(workers.clone());
        drop(state);
        self.tell();
        Ok(())
    }

    /// Asks the backend that runs, and counts that as in flight.
    pub(super) fn ask<T>(
        shared: &Arc<Self>,
        ask: impl FnOnce(&B) -> T,
    ) -> Result<(T, InFlight<B>), InferError> {
        let mut state = shared.lock();
        let running = state.running()?;
        let asked = ask(&running.backend);
        running.in_flight += 1;
        let in_flight = InFlight {
            number: running.number,
            shared: Arc::clone(shared),
        };
        Ok((asked, in_flight))
    }
}

/// Counts a batch as in flight until it is dropped.
pub(super) struct InFlight<B> {
    number: u64,
    shared: Arc<Shared<B>>,
}

impl<B> Drop for InFlight<B> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        if let Some(running) = &mut state.running
            && running.number == self.number
        {
            running.in_flight -= 1;
            return;
        }
        let mut retired = state.retired.iter_mut();
        let Some(index) = retired.position(|(retired, _)| retired.number == self.number) else {
            return;
        };
        let (retired, _) = &mut state.retired[index];
        retired.in_flight -= 1;
        if retired.in_flight == 0 {
            let (retired, replaced) = state.retired.swap_remove(index);
            drop(state);
            // Dropped here, outside the lock, if nobody wants it.
            drop(replaced.send(retired.backend));
        }
    }
}
