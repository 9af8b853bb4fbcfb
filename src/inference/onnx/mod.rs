//! ONNX models on the CPU, in pure Rust (feature `onnx`).
//!
//! The models run in [tract](https://docs.rs/tract-onnx), which executes a
//! plan fastest when every size in it is known. [`Onnx`] hence keeps one plan
//! for each batch size that it meets, see its docs.

mod error;
mod load;
mod model;
mod plans;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use futures_util::future::try_join_all;

use super::{Backend, Infer, InferError, InferInputs, Pool, Signature};
use crate::message::{Message, Tensors};
use crate::node::Workers;
pub use error::LoadError;
use model::Model;

/// A backend that runs an ONNX model on CPU threads of its own.
///
/// A batch is run in parts whose sizes are powers of two, so that 7 rows are
/// run as 4, 2 and 1. For each size a plan is made, which takes some tens of
/// milliseconds for a model of a few megabytes, and shared by all threads:
/// while the backend warms up, or when the size is first met if the model has
/// free dimensions beside the rows. Nothing is padded.
///
/// Each plan keeps a copy of the weights, arranged for its size: memory is the
/// model file's times the number of sizes. That is at most four unless
/// [`max_part`](Self::max_part) says otherwise, and 64 if the model has free
/// dimensions beside the rows and each batch comes with other ones.
///
/// # Backpressure
///
/// Each thread runs one batch and has one more queued, so that it need not
/// wait for the worker between two; hence twice as many [`slots`] as threads.
/// Futures beyond that wait their turn.
///
/// # Cancellation
///
/// Dropping the future of a batch that runs leaves its thread busy until the
/// end of the batch; one that waits is dropped at once.
///
/// # Errors
///
/// A panic in the engine while it runs a batch becomes
/// [`InferError::Panicked`], and its thread lives on. (The panic hook still
/// prints it.)
///
/// [`slots`]: Backend::slots
///
/// # Examples
///
/// ```no_run
/// use std::num::NonZeroUsize;
///
/// use millpond::inference::{Backend, Onnx};
///
/// # fn main() -> Result<(), millpond::inference::LoadError> {
/// let model = Onnx::load("model.onnx")?.threads(NonZeroUsize::MIN);
/// println!("{}", model.signature()); // (bytes: i32[rows, 2048]) -> (target_label: f32[rows, 214])
/// # Ok(())
/// # }
/// ```
pub struct Onnx {
    model: Arc<Model>,
    threads: NonZeroUsize,
    max_part: NonZeroUsize,
    pool: Option<Pool>,
}

impl Onnx {
    /// Reads a model file and checks that it can be run.
    ///
    /// A row of zeros is run, since only that shows whether the engine has all
    /// it takes; a model with dimensions of any size beside its rows is not
    /// tried. The backend has as many threads as the process may use
    /// processors, unless [`threads`](Self::threads) says otherwise.
    ///
    /// # Errors
    ///
    /// See [`LoadError`]. A panic in the engine is one of them.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let model = load::load(path.as_ref())?;
        Ok(Self {
            model: Arc::new(model),
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            max_part: NonZeroUsize::MIN.saturating_add(7),
            pool: None,
        })
    }

    /// Sets how many threads run batches.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets how many rows are run at once at the most; 8 if it is not called.
    ///
    /// Rounded down to a power of two. Larger batches are run in parts.
    #[must_use]
    pub fn max_part(mut self, rows: NonZeroUsize) -> Self {
        self.max_part = rows;
        self
    }

    /// Runs a job on one of the backend's threads.
    fn on_a_thread<T, F>(&self, job: F) -> impl Future<Output = Result<T, InferError>> + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, InferError> + Send + 'static,
    {
        let result = self.pool.as_ref().map(|pool| pool.run(job));
        async move { result.ok_or(InferError::NotRunning)?.await? }
    }
}

impl Backend for Onnx {
    fn signature(&self) -> &Signature {
        &self.model.signature
    }

    fn slots(&self) -> NonZeroUsize {
        self.threads.saturating_add(self.threads.get())
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        let pool = Pool::start(workers, "onnx", self.threads);
        self.pool = Some(pool.map_err(|error| InferError::Start(Arc::new(error)))?);
        Ok(())
    }

    /// Makes the plans, one job for each size.
    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<> {
        let sizes = (0..=self.max_part.ilog2()).map(|power| 1 << power);
        let plans: Vec<_> = sizes
            .map(|rows| {
                let model = Arc::clone(&self.model);
                self.on_a_thread(move || model.prepare(rows))
            })
            .collect();
        async move { try_join_all(plans).await.map(drop) }
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        let (model, max_part) = (Arc::clone(&self.model), self.max_part);
        self.on_a_thread(move || model.run(&inputs, max_part))
    }

    async fn shutdown(self) {
        if let Some(pool) = self.pool {
            pool.shutdown().await;
        }
    }
}

impl<In: Message> Infer<Onnx, In, ()> {
    /// Begins a stage that runs an ONNX model.
    ///
    /// The file is loaded at once. Whatever is wrong with it refuses the stage
    /// when it is built, see [`loaded`](Infer::loaded).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use millpond::graph::Outlet;
    /// use millpond::inference::Infer;
    ///
    /// struct Sample {
    ///     path: String,
    ///     tokens: Vec<i32>,
    /// }
    ///
    /// fn score(samples: Outlet<Sample>) -> Outlet<(String, f32)> {
    ///     samples.stage(
    ///         Infer::onnx("model.onnx")
    ///             .input("bytes", [2048], |sample: &Sample| &sample.tokens)
    ///             .output("target_label", |sample: Sample, scores: &[f32]| {
    ///                 (sample.path, scores.iter().copied().fold(0.0, f32::max))
    ///             })
    ///             .batch(8, Duration::from_millis(5)),
    ///     )
    /// }
    /// ```
    pub fn onnx(path: impl AsRef<Path>) -> InferInputs<Onnx, In> {
        Self::loaded(Onnx::load(path))
    }
}

impl fmt::Debug for Onnx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Onnx")
            .field("signature", &format_args!("{}", self.model.signature))
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
