//! What a backend and its reloader share.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::ReloadError;
use crate::inference::{Backend, InferError};
use crate::message::Tensors;
use crate::node::{Workers, panic_text};

pub(super) type Replaced<B> = Result<Option<B>, ReloadError>;

pub(super) struct Shared<B> {
    pub(super) state: Mutex<State<B>>,
}

pub(super) struct State<B> {
    pub(super) workers: Option<Workers>,
    /// Gone once the stage has ended.
    pub(super) running: Option<Generation<B>>,
    /// Those that still have batches in flight.
    pub(super) retired: Vec<(Generation<B>, oneshot::Sender<Replaced<B>>)>,
    pub(super) next: Option<Next<B>>,
    /// A batch has taken the next one and waits for it.
    pub(super) warming: bool,
}

/// A backend, and how many batches are in flight on it.
pub(super) struct Generation<B> {
    pub(super) number: u64,
    pub(super) backend: B,
    pub(super) in_flight: usize,
}

/// A backend that waits to be used.
pub(super) struct Next<B> {
    pub(super) backend: B,
    pub(super) started: bool,
    pub(super) replaced: oneshot::Sender<Replaced<B>>,
}

impl<B> State<B> {
    pub(super) fn running(&mut self) -> Result<&mut Generation<B>, InferError> {
        self.running.as_mut().ok_or(InferError::NotRunning)
    }
}

impl<B> Shared<B> {
    /// Ends everything; returns the backends that run.
    pub(super) fn close(&self) -> Vec<B> {
        let (running, retired, next) = {
            let mut state = self.lock();
            let retired = std::mem::take(&mut state.retired);
            (state.running.take(), retired, state.next.take())
        };
        if let Some(next) = next {
            next.tell(Err(ReloadError::NotRunning));
        }
        let mut backends: Vec<_> = running.map(|running| running.backend).into_iter().collect();
        for (retired, replaced) in retired {
            // Whoever asked for it has lost interest, or gets the news.
            drop(replaced.send(Ok(None)));
            backends.push(retired.backend);
        }
        backends
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<B>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: Backend> Shared<B> {
    /// Asks the backend that runs.
    pub(super) fn call(
        shared: &Arc<Self>,
        inputs: Tensors,
    ) -> Result<
        (
            impl Future<Output = Result<Tensors, InferError>> + use<B>,
            InFlight<B>,
        ),
        InferError,
    > {
        let mut state = shared.lock();
        let running = state.running()?;
        let call = running.backend.infer(inputs);
        running.in_flight += 1;
        let in_flight = InFlight {
            number: running.number,
            shared: Arc::clone(shared),
        };
        Ok((call, in_flight))
    }

    /// Takes and starts the next backend, if one waits.
    pub(super) fn take_next(shared: &Arc<Self>) -> Option<Warming<B>> {
        let (mut next, workers) = {
            let mut state = shared.lock();
            if state.warming {
                return None;
            }
            let workers = state.workers.clone()?;
            let next = state.next.take_if(|next| !next.replaced.is_closed())?;
            state.warming = true;
            (next, workers)
        };
        let end = if next.started {
            Ok(())
        } else {
            next.started = true;
            let start = AssertUnwindSafe(|| next.backend.start(&workers));
            catch_unwind(start).unwrap_or_else(|panic| Err(panicked(&*panic)))
        };
        let warming = Warming {
            next: Some(next),
            shared: Arc::clone(shared),
        };
        if end.is_ok() {
            return Some(warming);
        }
        warming.end(end);
        None
    }
}

/// What a panic of the next backend says to whoever gave it.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> InferError {
    InferError::Panicked {
        message: panic_text(panic).into(),
    }
}

impl<B> Next<B> {
    /// Tells whoever gave it how that ended.
    pub(super) fn tell(self, end: Replaced<B>) {
        // They may have lost interest.
        drop(self.replaced.send(end));
    }
}

/// The next backend in the hands of a batch, which puts it back if it is
/// dropped.
pub(super) struct Warming<B> {
    next: Option<Next<B>>,
    shared: Arc<Shared<B>>,
}

impl<B: Backend> Warming<B> {
    pub(super) fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<B> {
        let warm_up = self.next.as_ref().map(|next| next.backend.warm_up());
        async move {
            match warm_up {
                Some(warm_up) => warm_up.await,
                None => Ok(()),
            }
        }
    }

    /// Lets it run, or gives it up.
    pub(super) fn end(mut self, end: Result<(), InferError>) {
        let Some(next) = self.next.take() else {
            return;
        };
        let mut state = self.shared.lock();
        state.warming = false;
        if let Err(error) = end {
            drop(state);
            return next.tell(Err(ReloadError::Refused(error)));
        }
        let Some(running) = &mut state.running else {
            drop(state);
            return next.tell(Err(ReloadError::NotRunning));
        };
        let new = Generation {
            number: running.number + 1,
            backend: next.backend,
            in_flight: 0,
        };
        let old = std::mem::replace(running, new);
        if old.in_flight > 0 {
            state.retired.push((old, next.replaced));
        } else {
            drop(state);
            // Dropped here, outside the lock, if nobody wants it.
            drop(next.replaced.send(Ok(Some(old.backend))));
        }
    }
}

impl<B> Drop for Warming<B> {
    fn drop(&mut self) {
        let Some(next) = self.next.take() else {
            return;
        };
        let mut state = self.shared.lock();
        state.warming = false;
        if state.running.is_none() {
            drop(state);
            next.tell(Err(ReloadError::NotRunning));
        } else if state.next.is_some() {
            drop(state);
            next.tell(Err(ReloadError::Superseded));
        } else {
            state.next = Some(next);
        }
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
            drop(replaced.send(Ok(Some(retired.backend))));
        }
    }
}
