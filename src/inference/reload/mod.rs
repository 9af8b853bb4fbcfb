//! A model that is replaced while it runs.

mod shared;
mod turn;

use std::fmt;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, join_all, select};
use thiserror::Error;

use super::{Backend, InferError, Signature};
use crate::message::Tensors;
use crate::node::Workers;
use shared::Shared;
use turn::Turn;

/// A backend whose model can be replaced while it runs.
///
/// The [`Reloader`] that comes with it gives it the next backend, which may be
/// of the same type only and must have the same signature. The future of
/// [`replace`](Reloader::replace) starts the next one and warms it up, wherever
/// it is polled, and batches go to the old one meanwhile. From then on batches
/// go to the new one, and those in flight end on the old. No batch waits for a
/// start or a warm-up, so a [`time_limit`](super::Infer::time_limit) may be
/// shorter than either.
///
/// # Backpressure
///
/// The stage asks once how many [`slots`](Backend::slots) there are, so the
/// new backend should have as many.
///
/// # Errors
///
/// A backend that does not start or warm up, or panics there, is given up, and
/// the old one goes on; no batch fails of it.
///
/// # Examples
///
/// ```
/// use millpond::inference::{Backend, Mock, Reload, Signature, TensorSpec};
/// use millpond::message::{Tensor, Tensors};
/// use millpond::node::Workers;
///
/// fn times(factor: i32) -> Mock {
///     let signature = Signature {
///         inputs: vec![TensorSpec::of::<i32>("x", [])],
///         outputs: vec![TensorSpec::of::<i32>("y", [])],
///     };
///     Mock::new(signature, move |mut inputs| {
///         let mut x = inputs.remove("x").unwrap();
///         x.as_mut_slice::<i32>().unwrap().iter_mut().for_each(|x| *x *= factor);
///         Tensors::new().with("y", x)
///     })
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (mut model, reloader) = Reload::new(times(2));
/// model.start(&Workers::new(|_, _| Ok(())))?; // the stage does it in a pipeline
///
/// let ask = || model.infer(Tensors::new().with("x", Tensor::new([1], vec![7]).unwrap()));
/// assert_eq!(ask().await?.get("y")?.as_slice::<i32>()?, [14]);
///
/// assert!(reloader.replace(times(3)).await?.is_some());
/// assert_eq!(ask().await?.get("y")?.as_slice::<i32>()?, [21]);
/// # Ok(())
/// # }
/// ```
pub struct Reload<B> {
    signature: Signature,
    shared: Arc<Shared<B>>,
}

/// Replaces the model of a [`Reload`], from anywhere.
pub struct Reloader<B> {
    signature: Signature,
    shared: Arc<Shared<B>>,
}

/// Why a model was not replaced.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// The stage was checked against another signature.
    #[error("the new model is {given}, but the stage runs {running}: give one with that signature")]
    Signature {
        /// What the stage was built for.
        running: Box<Signature>,
        /// What the new backend has.
        given: Box<Signature>,
    },
    /// Another model was given before this one was warm, whatever became of
    /// that one.
    #[error("another model was given before this one was used")]
    Superseded,
    /// The stage has ended.
    #[error("the backend whose model was to be replaced is not running")]
    NotRunning,
    /// The new backend did not start or warm up. The old one goes on.
    #[error("the new model cannot run, and the old one goes on: {0}")]
    Refused(InferError),
}

impl<B: Backend> Reload<B> {
    /// Makes a backend that runs `first` until it is replaced.
    pub fn new(first: B) -> (Self, Reloader<B>) {
        let signature = first.signature().clone();
        let shared = Arc::new(Shared::new(first));
        let reloader = Reloader {
            signature: signature.clone(),
            shared: Arc::clone(&shared),
        };
        (Self { signature, shared }, reloader)
    }
}

impl<B: Backend> Reloader<B> {
    /// Replaces the model, and resolves to the old backend once its last batch
    /// is over; to nothing if the stage ended first, which shuts it down.
    ///
    /// `next` must not have been started. This future starts it, once the stage
    /// has started, and warms it up; batches go to it from then on. The future
    /// is `Send` if that of [`Backend::warm_up`] is.
    ///
    /// # Cancellation
    ///
    /// Dropping the future before `next` is warm withdraws it. Later, the old
    /// backend is dropped after its last batch.
    ///
    /// # Errors
    ///
    /// See [`ReloadError`].
    pub async fn replace(&self, next: B) -> Result<Option<B>, ReloadError> {
        if *next.signature() != self.signature {
            return Err(ReloadError::Signature {
                running: Box::new(self.signature.clone()),
                given: Box::new(next.signature().clone()),
            });
        }
        let turn = Turn::take(&self.shared);
        match select(pin!(turn.lost()), pin!(turn.prepare(next))).await {
            Either::Left((error, _)) => return Err(error),
            Either::Right((prepared, _)) => prepared?,
        }
        let old = turn.complete()?;
        Ok(old.await.ok())
    }
}

impl<B: Backend> Backend for Reload<B> {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn slots(&self) -> NonZeroUsize {
        let state = self.shared.lock();
        let running = state.running.as_ref();
        running.map_or(NonZeroUsize::MIN, |running| running.backend.slots())
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        self.shared.start(workers)
    }

    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<B> {
        // It counts as a batch, so that a model which is replaced meanwhile is
        // not dropped under it.
        let begun = Shared::ask(&self.shared, Backend::warm_up);
        async move {
            let (warm_up, _in_flight) = begun?;
            warm_up.await
        }
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<B> {
        let begun = Shared::ask(&self.shared, |running| running.infer(inputs));
        async move {
            let (call, _in_flight) = begun?;
            call.await
        }
    }

    async fn shutdown(self) {
        let backends = self.shared.close();
        join_all(backends.into_iter().map(Backend::shutdown)).await;
    }
}

impl<B> Drop for Reload<B> {
    fn drop(&mut self) {
        drop(self.shared.close());
    }
}

impl<B> Clone for Reloader<B> {
    fn clone(&self) -> Self {
        Self {
            signature: self.signature.clone(),
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<B> fmt::Debug for Reload<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reload")
            .field("signature", &format_args!("{}", self.signature))
            .finish_non_exhaustive()
    }
}

impl<B> fmt::Debug for Reloader<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader")
            .field("signature", &format_args!("{}", self.signature))
            .finish_non_exhaustive()
    }
}
