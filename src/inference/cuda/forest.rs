use super::DeviceModel;
use crate::device::{CudaDevice, DeviceError, DeviceTensors};
use crate::inference::forest::{Model, PlacedForest};
use crate::inference::{InferError, Signature};
use crate::message::Tensors;

/// A forest of `XGBoost` or `LightGBM` for a CUDA device.
///
/// It gives what [`Forest`](crate::inference::Forest) gives, to the last bit: the device walks the trees
/// and adds the leaves in the same order, the host makes probabilities of the
/// sums.
#[derive(Debug)]
pub struct DeviceForest {
    model: Model,
    signature: Signature,
}

const MARGIN: &str = "margin";

impl DeviceForest {
    /// Makes a model for a device of one that was read from a file.
    pub fn new(model: Model) -> Self {
        let signature = model.signature();
        Self { model, signature }
    }
}

impl DeviceModel for DeviceForest {
    type Loaded = PlacedForest;

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn bytes(&self) -> usize {
        let model = &self.model;
        16 * (model.nodes().len() + model.trees().len())
            + 8 * (model.leaves().len() + model.base().len())
            + 4 * model.categories().len()
    }

    fn load(&self, device: &CudaDevice) -> Result<PlacedForest, DeviceError> {
        PlacedForest::copied(&self.model, device)
    }

    fn run(
        &self,
        loaded: &PlacedForest,
        inputs: DeviceTensors,
    ) -> Result<DeviceTensors, DeviceError> {
        let names = &self.signature().inputs;
        let features = names.first().map_or("", |spec| spec.name.as_str());
        let margins = loaded.margins(inputs.get(features)?)?;
        Ok(DeviceTensors::new().with(MARGIN, margins))
    }

    fn is_repeatable(&self) -> bool {
        true
    }

    fn finish(&self, mut outputs: Tensors) -> Result<Tensors, InferError> {
        let Some(margins) = outputs.remove(MARGIN) else {
            return Err(InferError::Output {
                reason: "the margins are missing".into(),
            });
        };
        let rows = margins.rows();
        let answer = match margins.into_vec::<f32>() {
            Ok(margins) => self.model.answer(rows, margins),
            Err(margins) => {
                let margins = margins.into_vec::<f64>().unwrap_or_default();
                self.model.answer(rows, margins)
            }
        };
        answer.map_err(InferError::terminal)
    }
}
