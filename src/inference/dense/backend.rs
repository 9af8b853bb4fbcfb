use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use super::{DenseLoadError, DenseNet};
use crate::device::DeviceTensor;
use crate::inference::{Backend, InferError, Pool, Signature};
use crate::message::Tensors;
use crate::node::Workers;

/// A backend that runs a [`DenseNet`] on CPU threads of its own.
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
/// [`slots`]: Backend::slots
///
/// # Examples
///
/// ```
/// use millpond::device::Activation;
/// use millpond::inference::{Backend, Dense, DenseNet};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let net = DenseNet::default().layer(1, vec![0.5, 0.5], vec![0.0], Activation::Sigmoid)?;
/// let backend = Dense::new(net.named("features", "score"));
///
/// assert_eq!(
///     backend.signature().to_string(),
///     "(features: f32[rows, 2]) -> (score: f32[rows, 1])",
/// );
/// # Ok(())
/// # }
/// ```
pub struct Dense {
    net: Arc<DenseNet>,
    threads: NonZeroUsize,
    pool: Option<Pool>,
}

impl Dense {
    /// Runs a network in host memory, on as many threads as the process may
    /// use processors.
    pub fn new(net: DenseNet) -> Self {
        Self {
            net: Arc::new(net),
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            pool: None,
        }
    }

    /// Reads a safetensors or ONNX file.
    ///
    /// # Errors
    ///
    /// As [`DenseNet::load`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, DenseLoadError> {
        DenseNet::load(path).map(Self::new)
    }

    /// Sets how many threads run batches.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }
}

impl Backend for Dense {
    fn signature(&self) -> &Signature {
        self.net.signature()
    }

    fn slots(&self) -> NonZeroUsize {
        self.threads.saturating_add(self.threads.get())
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        let pool = Pool::start(workers, "dense", self.threads);
        self.pool = Some(pool.map_err(|error| InferError::Start(Arc::new(error)))?);
        Ok(())
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        let net = Arc::clone(&self.net);
        let answer = self
            .pool
            .as_ref()
            .map(|pool| pool.run(move || run(&net, inputs)));
        async move { answer.ok_or(InferError::NotRunning)?.await? }
    }

    async fn shutdown(self) {
        if let Some(pool) = self.pool {
            pool.shutdown().await;
        }
    }
}

fn run(net: &DenseNet, mut inputs: Tensors) -> Result<Tensors, InferError> {
    net.signature().rows_of(&inputs)?;
    let Some(x) = inputs.remove(net.input()) else {
        return Err(InferError::Batch {
            reason: format!("it lacks `{}`", net.input()).into(),
        });
    };
    let y = net.run(&DeviceTensor::from(x));
    let y = y.and_then(DeviceTensor::into_host);
    Ok(Tensors::new().with(net.output(), y.map_err(InferError::terminal)?))
}

impl fmt::Debug for Dense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dense")
            .field("net", &format_args!("{}", self.net))
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
