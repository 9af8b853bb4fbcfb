//! One replacement, from the model that is given to the one that is given back.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use futures_util::FutureExt;
use tokio::sync::oneshot;

use super::ReloadError;
use super::shared::{Generation, Shared};
use crate::inference::{Backend, InferError};
use crate::node::panic_text;

/// The turn of one model, which another that is given takes away.
///
/// Dropping it before it is [complete](Self::complete) withdraws the model.
pub(super) struct Turn<'a, B> {
    number: u64,
    shared: &'a Shared<B>,
}

impl<'a, B: Backend> Turn<'a, B> {
    pub(super) fn take(shared: &'a Shared<B>) -> Self {
        let mut state = shared.lock();
        state.given += 1;
        let number = state.given;
        let superseded = state.warming.take();
        drop(state);
        // Here and not under the lock, nor whenever its giver is next polled.
        drop(superseded);
        shared.tell();
        Self { number, shared }
    }

    /// Resolves once the model can no longer become the one that runs.
    pub(super) async fn lost(&self) -> ReloadError {
        (self.shared)
            .find(|state| state.check(self.number).err())
            .await
    }

    /// Starts the model and warms it up.
    pub(super) async fn prepare(&self, mut next: B) -> Result<(), ReloadError> {
        let workers = self.shared.find(|state| state.workers.clone()).await;
        settled(catch_unwind(AssertUnwindSafe(|| next.start(&workers))))?;
        // A warm-up may panic before its future is there, too.
        let warm_up = settled(catch_unwind(AssertUnwindSafe(|| Ok(next.warm_up()))))?;
        self.keep(next)?;
        settled(AssertUnwindSafe(warm_up).catch_unwind().await)
    }

    /// Keeps the model where the end of the stage and the next turn find it.
    fn keep(&self, next: B) -> Result<(), ReloadError> {
        let mut state = self.shared.lock();
        state.check(self.number)?;
        state.warming = Some(next);
        Ok(())
    }

    /// Lets the model run. The old one comes after its last batch, or never if
    /// the stage ends first.
    pub(super) fn complete(&self) -> Result<oneshot::Receiver<B>, ReloadError> {
        let mut state = self.shared.lock();
        state.check(self.number)?;
        let next = state.warming.take();
        let (Some(running), Some(next)) = (&mut state.running, next) else {
            // The stage takes both when it ends.
            return Err(ReloadError::NotRunning);
        };
        let old = mem::replace(running, Generation::new(self.number, next));
        let (replaced, done) = oneshot::channel();
        if old.in_flight > 0 {
            state.retired.push((old, replaced));
        } else {
            drop(replaced.send(old.backend));
        }
        Ok(done)
    }
}

impl<B> Drop for Turn<'_, B> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        let is_last = state.given == self.number;
        let withdrawn = is_last.then(|| state.warming.take());
        drop(state);
        drop(withdrawn);
    }
}

/// Makes a panic of the model one more reason to refuse it.
fn settled<T>(end: thread::Result<Result<T, InferError>>) -> Result<T, ReloadError> {
    end.unwrap_or_else(|panic| {
        Err(InferError::Panicked {
            message: panic_text(&*panic).into(),
        })
    })
    .map_err(ReloadError::Refused)
}
