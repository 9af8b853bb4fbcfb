//! A model that is replaced while it runs.

mod shared;

use std::fmt;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use futures_util::future::join_all;
use thiserror::Error;
use tokio::sync::oneshot;

use super::{Backend, InferError, Signature};
use crate::message::Tensors;
use crate::node::Workers;
use shared::{Generation, Next, Shared, State, panicked};

/// A backend whose model can be replaced while it runs.
///
/// The [`Reloader`] that comes with it gives it the next backend, which may be
/// of the same type only and must have the same signature. The next one is
/// started by the first batch that comes then, on the worker of the stage, and
/// warms up while that batch waits for it; batches that come meanwhile go to
/// the old one. From then on batches go to the new one, and those in flight
/// end on the old.
///
/// # Backpressure
///
/// The stage asks once how many [`slots`](Backend::slots) there are, so the
/// new backend should have as many.
///
/// # Errors
///
/// A backend that does not start or warm up, or panics there, is given up, and
/// the old one goes on; no batch fails of it. But the batch that waits for a
/// warm-up is as late as that takes: a stage whose
/// [`time_limit`](super::Infer::time_limit) is shorter gives that batch up, and
/// the next batch begins the warm-up anew.
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
/// let (replaced, answer) = tokio::join!(reloader.replace(times(3)), async { ask().await });
/// assert!(replaced?.is_some());
/// assert_eq!(answer?.get("y")?.as_slice::<i32>()?, [21]);
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
    /// Another model was given before a batch came.
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
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                workers: None,
                running: Some(Generation {
                    number: 0,
                    backend: first,
                    in_flight: 0,
                }),
                retired: Vec::new(),
                next: None,
                warming: false,
            }),
        });
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
    /// `next` must not have been started. It is used from the next batch on.
    ///
    /// # Cancellation
    ///
    /// Dropping the future before a batch has come withdraws `next`. Later,
    /// the old backend is dropped after its last batch.
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
        let (replaced, done) = oneshot::channel();
        let superseded = {
            let mut state = self.shared.lock();
            if state.running.is_none() {
                return Err(ReloadError::NotRunning);
            }
            state.next.replace(Next {
                backend: next,
                started: false,
                replaced,
            })
        };
        if let Some(superseded) = superseded {
            superseded.tell(Err(ReloadError::Superseded));
        }
        done.await.unwrap_or(Err(ReloadError::NotRunning))
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
        let mut state = self.shared.lock();
        state.workers = Some(workers.clone());
        state.running()?.backend.start(workers)
    }

    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<B> {
        let warm_up = (self.shared.lock().running()).map(|running| running.backend.warm_up());
        async move { warm_up?.await }
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<B> {
        let shared = Arc::clone(&self.shared);
        let next = Shared::take_next(&shared);
        // The call is made at once where nothing has to be waited for.
        let begun = match next {
            None => Ok(Shared::call(&shared, inputs)),
            Some(next) => Err((next.warm_up(), next, inputs)),
        };
        async move {
            let (call, _in_flight) = match begun {
                Ok(call) => call?,
                Err((warm_up, next, inputs)) => {
                    let end = AssertUnwindSafe(warm_up).catch_unwind().await;
                    next.end(end.unwrap_or_else(|panic| Err(panicked(&*panic))));
                    Shared::call(&shared, inputs)?
                }
            };
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
