//! Any model file as one backend.

mod error;
pub(super) mod format;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;

use futures_util::future::{BoxFuture, LocalBoxFuture};

#[cfg(feature = "dense")]
use super::Dense;
#[cfg(feature = "onnx")]
use super::Onnx;
use super::{Backend, Forest, Infer, InferError, InferInputs, Signature};
#[cfg(feature = "cuda")]
use super::{Cuda, DenseNet, DeviceForest};
#[cfg(feature = "cuda")]
use crate::device::CudaDevice;
use crate::device::{DeviceChoice, OpenDevice};
use crate::message::{Message, Tensors};
use crate::node::Workers;
pub use error::OpenError;
use format::Format;

/// A backend for a model file, whatever its format.
///
/// | file | backend | feature |
/// | --- | --- | --- |
/// | JSON of `XGBoost`, text of `LightGBM` | [`Forest`] | |
/// | safetensors | `Dense` | `dense` |
/// | ONNX | `Onnx`, or else `Dense` for a network of dense layers | `onnx`, or else `dense` |
///
/// What the file holds counts; the end of its name does only where that does
/// not tell. Of each backend's own settings only the threads can be set here.
///
/// # Examples
///
/// ```no_run
/// use millpond::inference::{Backend, Model};
///
/// # fn main() -> Result<(), millpond::inference::OpenError> {
/// let model = Model::open("model.json")?;
/// println!("{}", model.signature()); // (features: f32[rows, 13]) -> (margin: f32[rows, 1], …)
/// # Ok(())
/// # }
/// ```
pub struct Model {
    engine: Engine,
}

enum Engine {
    Forest(Forest),
    #[cfg(feature = "dense")]
    Dense(Dense),
    #[cfg(feature = "onnx")]
    Onnx(Onnx),
    #[cfg(feature = "cuda")]
    CudaForest(Cuda<DeviceForest>),
    #[cfg(feature = "cuda")]
    CudaDense(Cuda<DenseNet>),
}

/// Does the same with whatever engine it is.
macro_rules! with_engine {
    ($engine:expr, $backend:pat => $done:expr) => {
        match $engine {
            Engine::Forest($backend) => $done,
            #[cfg(feature = "dense")]
            Engine::Dense($backend) => $done,
            #[cfg(feature = "onnx")]
            Engine::Onnx($backend) => $done,
            #[cfg(feature = "cuda")]
            Engine::CudaForest($backend) => $done,
            #[cfg(feature = "cuda")]
            Engine::CudaDense($backend) => $done,
        }
    };
}

impl Model {
    /// Opens a model file, to be run on the CPU.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::on_cpu(path.as_ref())
    }

    /// Opens a model file, to be run on the device that is asked for.
    ///
    /// Of forests and networks of dense layers each CUDA device gets a copy, if
    /// several are asked for. With [`DeviceChoice::Auto`] any other model is run
    /// on the processor.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; one of them is that the device cannot be used.
    pub fn open_on(path: impl AsRef<Path>, device: DeviceChoice) -> Result<Self, OpenError> {
        let path = path.as_ref();
        #[cfg(feature = "cuda")]
        {
            let devices = OpenDevice::all(device)?;
            let devices: Vec<_> = devices.iter().filter_map(OpenDevice::as_cuda).collect();
            if !devices.is_empty() {
                return match Self::on_cuda(path, devices) {
                    Err(error @ OpenError::Dense(_)) if device == DeviceChoice::Auto => {
                        tracing::info!(%error, "the model is run on the processor");
                        Self::on_cpu(path)
                    }
                    opened => opened,
                };
            }
        }
        #[cfg(not(feature = "cuda"))]
        OpenDevice::open(device)?;
        Self::on_cpu(path)
    }

    #[cfg(feature = "cuda")]
    fn on_cuda(path: &Path, devices: Vec<CudaDevice>) -> Result<Self, OpenError> {
        let engine = match Format::of(path)? {
            Format::XgboostJson | Format::LightgbmText => {
                let model = Forest::load(path)?.model().clone();
                Engine::CudaForest(Cuda::on(DeviceForest::new(model), devices)?)
            }
            Format::Safetensors | Format::Onnx => {
                Engine::CudaDense(Cuda::on(DenseNet::load(path)?, devices)?)
            }
        };
        Ok(Self { engine })
    }

    fn on_cpu(path: &Path) -> Result<Self, OpenError> {
        let engine = match Format::of(path)? {
            Format::XgboostJson | Format::LightgbmText => Engine::Forest(Forest::load(path)?),
            #[cfg(feature = "dense")]
            Format::Safetensors => Engine::Dense(Dense::load(path)?),
            #[cfg(feature = "onnx")]
            Format::Onnx => Engine::Onnx(Onnx::load(path)?),
            #[cfg(all(feature = "dense", not(feature = "onnx")))]
            Format::Onnx => Engine::Dense(Dense::load(path)?),
            #[cfg(not(feature = "dense"))]
            Format::Safetensors => {
                return Err(OpenError::NotBuiltIn {
                    path: path.to_owned(),
                    format: "a safetensors file",
                    feature: "dense",
                });
            }
            #[cfg(not(any(feature = "dense", feature = "onnx")))]
            Format::Onnx => {
                return Err(OpenError::NotBuiltIn {
                    path: path.to_owned(),
                    format: "an ONNX file",
                    feature: "onnx",
                });
            }
        };
        Ok(Self { engine })
    }

    /// Sets how many threads run batches.
    #[must_use]
    pub fn threads(self, threads: NonZeroUsize) -> Self {
        let engine = match self.engine {
            Engine::Forest(forest) => Engine::Forest(forest.threads(threads)),
            #[cfg(feature = "dense")]
            Engine::Dense(dense) => Engine::Dense(dense.threads(threads)),
            #[cfg(feature = "onnx")]
            Engine::Onnx(onnx) => Engine::Onnx(onnx.threads(threads)),
            #[cfg(feature = "cuda")]
            on_devices @ (Engine::CudaForest(_) | Engine::CudaDense(_)) => on_devices,
        };
        Self { engine }
    }

    /// Tells whether NaN in an input stands for what is missing.
    pub fn takes_missing(&self) -> bool {
        match self.engine {
            Engine::Forest(_) => true,
            #[cfg(feature = "cuda")]
            Engine::CudaForest(_) => true,
            #[cfg(any(feature = "dense", feature = "onnx"))]
            _ => false,
        }
    }
}

impl Backend for Model {
    fn signature(&self) -> &Signature {
        with_engine!(&self.engine, backend => backend.signature())
    }

    fn slots(&self) -> NonZeroUsize {
        with_engine!(&self.engine, backend => backend.slots())
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        with_engine!(&mut self.engine, backend => backend.start(workers))
    }

    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<> {
        // `Send`, so that a `Reload` is given a model from any thread.
        let warm: BoxFuture<'static, _> =
            with_engine!(&self.engine, backend => Box::pin(backend.warm_up()));
        warm
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        let answer: LocalBoxFuture<'static, _> =
            with_engine!(&self.engine, backend => Box::pin(backend.infer(inputs)));
        answer
    }

    async fn shutdown(self) {
        with_engine!(self.engine, backend => backend.shutdown().await);
    }
}

impl<In: Message> Infer<Model, In, ()> {
    /// Begins a stage that runs a model file, whatever its format.
    ///
    /// The file is opened at once. Whatever is wrong with it refuses the stage
    /// when it is built, see [`loaded`](Infer::loaded).
    pub fn model(path: impl AsRef<Path>) -> InferInputs<Model, In> {
        Self::loaded(Model::open(path))
    }
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        with_engine!(&self.engine, backend => backend.fmt(f))
    }
}
