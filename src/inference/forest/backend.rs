use std::fmt;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use super::error::Faults;
use super::run::Runner;
use super::{ForestError, Model};
use crate::inference::model::format::Format;
use crate::inference::{Backend, Infer, InferError, InferInputs, Pool, Signature};
use crate::message::{Message, Tensors};
use crate::node::Workers;

/// A backend that runs a forest of `XGBoost` or `LightGBM` on CPU threads.
///
/// It takes one input, `features: f32[rows, n]`, in which NaN stands for what
/// is missing, and gives what the model predicts, in 32 bits for `XGBoost` and
/// 64 for `LightGBM`, as they do themselves:
///
/// | output | of | what it is |
/// | --- | --- | --- |
/// | `margin` | every model | the sums of the leaves, one for each class or target |
/// | `probability` | classifiers | of each class; of the second if there are two |
/// | `class` | classifiers | the number of the likeliest class, the first of equals; where a row may have several labels, 1 or 0 for each; `i64` |
/// | `value` | other models | what is predicted, one for each target |
///
/// Additions are done in the order of the original library, so that margins
/// are the same to the last bit. For the averaged trees of `LightGBM` the
/// margin is the average.
///
/// # Backpressure
///
/// Each thread runs one batch and has one more queued; hence twice as many
/// [`slots`] as threads. Futures beyond that wait their turn.
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
/// use millpond::inference::{Backend, Forest};
/// use millpond::inference::forest::Model;
/// use millpond::message::{Tensor, Tensors};
///
/// // One question: is x below 2?
/// let text = "tree\nnum_tree_per_iteration=1\nmax_feature_idx=0\nobjective=regression\n\
///             feature_names=x\n\nTree=0\nnum_leaves=2\nsplit_feature=0\nthreshold=2\n\
///             decision_type=8\nleft_child=-1\nright_child=-2\nleaf_value=10 20\n\nend of trees\n";
/// let forest = Forest::new(Model::from_lightgbm(text.as_bytes())?);
/// let batch = Tensors::new().with("features", Tensor::new([3, 1], vec![1.0_f32, 2.0, 3.0])?);
///
/// assert_eq!(
///     forest.signature().to_string(),
///     "(features: f32[rows, 1]) -> (margin: f64[rows, 1], value: f64[rows, 1])",
/// );
/// assert_eq!(forest.run(&batch)?.get("value")?.as_slice::<f64>()?, [10.0, 10.0, 20.0]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Forest {
    runner: Arc<Runner>,
    threads: NonZeroUsize,
    pool: Option<Pool>,
}

impl Forest {
    /// Reads a file that `XGBoost` saved as JSON or `LightGBM` as text.
    ///
    /// # Errors
    ///
    /// See [`ForestError`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ForestError> {
        let path = path.as_ref();
        let file = fs::read(path).map_err(|cause| ForestError::Read {
            path: path.to_owned(),
            cause,
        })?;
        let model = read(&file).map_err(|faults| ForestError::Unusable {
            path: path.to_owned(),
            faults,
        })?;
        Ok(Self::new(model))
    }

    /// Makes a backend of a model that is at hand.
    ///
    /// It has as many threads as the process may use processors, unless
    /// [`threads`](Self::threads) says otherwise.
    pub fn new(model: Model) -> Self {
        Self {
            runner: Arc::new(Runner::new(model)),
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            pool: None,
        }
    }

    /// Sets how many threads run batches.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Returns the model, for a device to copy.
    pub fn model(&self) -> &Model {
        self.runner.model()
    }

    /// Returns what runs the model.
    pub(super) fn runner(self) -> Arc<Runner> {
        self.runner
    }

    /// Runs a batch on the thread of the caller, started or not.
    ///
    /// # Errors
    ///
    /// [`InferError::Batch`] if it does not fit the signature.
    pub fn run(&self, inputs: &Tensors) -> Result<Tensors, InferError> {
        self.runner.run(inputs)
    }
}

fn read(file: &[u8]) -> Result<Model, Faults> {
    match Format::of_bytes(file) {
        Ok(Some(Format::LightgbmText)) => Model::from_lightgbm(file),
        // Of any other file it says what is wrong with it as JSON.
        _ => Model::from_xgboost(file),
    }
}

impl Backend for Forest {
    fn signature(&self) -> &Signature {
        self.runner.signature()
    }

    fn slots(&self) -> NonZeroUsize {
        self.threads.saturating_add(self.threads.get())
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        let pool = Pool::start(workers, "forest", self.threads);
        self.pool = Some(pool.map_err(|error| InferError::Start(Arc::new(error)))?);
        Ok(())
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        let runner = Arc::clone(&self.runner);
        let pool = self.pool.as_ref();
        let answer = pool.map(|pool| pool.run(move || runner.run(&inputs)));
        async move { answer.ok_or(InferError::NotRunning)?.await? }
    }

    async fn shutdown(self) {
        if let Some(pool) = self.pool {
            pool.shutdown().await;
        }
    }
}

impl<In: Message> Infer<Forest, In, ()> {
    /// Begins a stage that runs a forest of `XGBoost` or `LightGBM`.
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
    /// struct Flow {
    ///     id: u64,
    ///     features: Vec<f32>,
    /// }
    ///
    /// fn score(flows: Outlet<Flow>) -> Outlet<(u64, f32)> {
    ///     flows.stage(
    ///         Infer::forest("model.json")
    ///             .input("features", [13], |flow: &Flow| &flow.features)
    ///             .output("probability", |flow: Flow, attack: &[f32]| (flow.id, attack[0]))
    ///             .batch(256, Duration::from_millis(5)),
    ///     )
    /// }
    /// ```
    pub fn forest(path: impl AsRef<Path>) -> InferInputs<Forest, In> {
        Self::loaded(Forest::load(path))
    }
}

impl fmt::Debug for Forest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forest")
            .field("signature", &format_args!("{}", self.signature()))
            .field("trees", &self.model().trees().len())
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
