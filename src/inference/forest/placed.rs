use std::fmt;
use std::path::Path;
use std::sync::Arc;

#[cfg(feature = "cuda")]
use super::loaded::Loaded;
use super::run::Runner;
use super::{Forest, ForestError, Model};
#[cfg(feature = "cuda")]
use crate::device::CudaDevice;
#[cfg(feature = "cuda")]
use crate::device::cuda::CudaTensor;
use crate::device::{Device, DeviceError, DeviceTensor, OpenDevice};
use crate::message::ElementType;

/// What errors call it.
pub(super) const OPERATION: &str = "forest";

/// A forest in one place, which takes tensors that live there.
///
/// It gives margins only: `softmax` and `sigmoid` of
/// [`ops`](crate::device::ops) make probabilities of those of `XGBoost`, which
/// are `f32`. Those of `LightGBM` are `f64`, which these do not take: bring them
/// to host memory, or use [`Forest`], which gives probabilities too. The margins
/// are the same to the last bit in every place, and those that [`Forest`] gives.
///
/// # Examples
///
/// ```
/// use millpond::device::DeviceTensor;
/// use millpond::inference::forest::{Model, PlacedForest};
/// use millpond::message::Tensor;
///
/// // One question: is x below 2?
/// let text = "tree\nnum_tree_per_iteration=1\nmax_feature_idx=0\nobjective=regression\n\
///             feature_names=x\n\nTree=0\nnum_leaves=2\nsplit_feature=0\nthreshold=2\n\
///             decision_type=8\nleft_child=-1\nright_child=-2\nleaf_value=10 20\n\nend of trees\n";
/// let forest = PlacedForest::new(Model::from_lightgbm(text.as_bytes())?);
///
/// let x = DeviceTensor::from(Tensor::new([2, 1], vec![1.0_f32, 3.0])?);
/// assert_eq!(forest.margins(&x)?.as_slice::<f64>()?, [10.0, 20.0]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct PlacedForest {
    features: usize,
    store: Store,
}

/// What holds the trees.
enum Store {
    Host(Arc<Runner>),
    #[cfg(feature = "cuda")]
    Cuda(Box<Loaded>),
}

impl PlacedForest {
    /// Places a model in host memory.
    pub fn new(model: Model) -> Self {
        Self::in_host(Arc::new(Runner::new(model)))
    }

    /// Reads a file that `XGBoost` saved as JSON or `LightGBM` as text.
    ///
    /// # Errors
    ///
    /// See [`ForestError`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ForestError> {
        Ok(Self::in_host(Forest::load(path)?.runner()))
    }

    fn in_host(runner: Arc<Runner>) -> Self {
        Self {
            features: runner.model().features(),
            store: Store::Host(runner),
        }
    }

    /// Copies a model to a device.
    #[cfg(feature = "cuda")]
    pub(crate) fn copied(model: &Model, device: &CudaDevice) -> Result<Self, DeviceError> {
        Ok(Self {
            features: model.features(),
            store: Store::Cuda(Box::new(Loaded::of(model, device)?)),
        })
    }

    /// Brings the forest to a device; in host memory it is not copied.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NotOnHost`] unless it is in host memory, and what keeps
    /// the device from holding it.
    pub fn on(&self, device: &OpenDevice) -> Result<Self, DeviceError> {
        match (&self.store, device) {
            (Store::Host(runner), OpenDevice::Cpu) => Ok(Self::in_host(Arc::clone(runner))),
            #[cfg(feature = "cuda")]
            (Store::Host(runner), OpenDevice::Cuda(device)) => Self::copied(runner.model(), device),
            #[cfg(feature = "cuda")]
            (Store::Cuda(loaded), _) => Err(DeviceError::NotOnHost {
                device: loaded.device(),
            }),
        }
    }

    /// Returns where it lives.
    pub fn device(&self) -> Device {
        match &self.store {
            Store::Host(_) => Device::Cpu,
            #[cfg(feature = "cuda")]
            Store::Cuda(loaded) => loaded.device(),
        }
    }

    /// Returns how many features a row has.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Gives the margins of each row, `[rows, groups]`, where the rows live.
    ///
    /// NaN stands for what is missing.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Element`] unless `x` holds `f32`, [`DeviceError::Shape`]
    /// unless it is rows of as many features as the forest takes,
    /// [`DeviceError::Apart`] if it lives elsewhere than the forest.
    pub fn margins(&self, x: &DeviceTensor) -> Result<DeviceTensor, DeviceError> {
        self.takes(x)?;
        match &self.store {
            Store::Host(runner) => Ok(runner.margins(x.as_host()?)?.into()),
            #[cfg(feature = "cuda")]
            Store::Cuda(loaded) => Ok(loaded.margins(self.beside(x)?)?.into()),
        }
    }

    fn takes(&self, x: &DeviceTensor) -> Result<(), DeviceError> {
        if x.element() != ElementType::F32 {
            return Err(DeviceError::Element {
                operation: OPERATION,
                wanted: ElementType::F32,
                found: x.element(),
            });
        }
        if x.device() != self.device() {
            return Err(self.apart(x));
        }
        if x.row_shape() != [self.features] {
            return Err(DeviceError::Shape {
                operation: OPERATION,
                found: x.shape().to_vec(),
                reason: format!("the forest takes rows of {} features", self.features).into(),
            });
        }
        Ok(())
    }

    #[cfg(feature = "cuda")]
    fn beside<'a>(&self, x: &'a DeviceTensor) -> Result<&'a CudaTensor, DeviceError> {
        x.as_cuda().ok_or_else(|| self.apart(x))
    }

    fn apart(&self, x: &DeviceTensor) -> DeviceError {
        DeviceError::Apart {
            operation: OPERATION,
            first: x.device(),
            second: self.device(),
        }
    }
}

/// Shows the features and the place.
impl fmt::Debug for PlacedForest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlacedForest")
            .field("features", &self.features)
            .field("device", &format_args!("{}", self.device()))
            .finish_non_exhaustive()
    }
}
