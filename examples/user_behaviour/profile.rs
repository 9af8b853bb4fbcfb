use std::fs;
use std::path::Path;

use millpond::device::ops::{self, DenseLayer};
use millpond::device::{Activation, DeviceError, DeviceTensor, OpenDevice};
use millpond::message::Tensor;
use serde::Deserialize;
use thiserror::Error;

use crate::days::FEATURES;

/// What `train.py` has learnt about the days of users, as it is in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// The features are taken less this,
    mean: Vec<f32>,
    /// and divided by this.
    deviation: Vec<f32>,
    /// A day that the layers rebuild worse raises an alert.
    pub(crate) threshold: f32,
    layers: Vec<Layer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Layer {
    /// A row for each input.
    weights: Vec<Vec<f32>>,
    bias: Vec<f32>,
    activation: Kind,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Identity,
    Relu,
    Tanh,
}

/// Why there is no profile that can be used.
#[derive(Debug, Error)]
pub(crate) enum ProfileError {
    #[error(
        "the profile {path} cannot be read: {cause}; make one with `scripts/workflow behaviour`"
    )]
    Read { path: String, cause: std::io::Error },
    #[error("{path} is no profile: {cause}")]
    Parse {
        path: String,
        cause: serde_json::Error,
    },
    #[error("the profile cannot be used: {0}")]
    Device(#[from] DeviceError),
}

impl Profile {
    pub(crate) fn read(path: &Path) -> Result<Self, ProfileError> {
        let shown = || path.display().to_string();
        let text = fs::read(path).map_err(|cause| ProfileError::Read {
            path: shown(),
            cause,
        })?;
        serde_json::from_slice(&text).map_err(|cause| ProfileError::Parse {
            path: shown(),
            cause,
        })
    }

    /// Brings it to the device where it is to be used.
    pub(crate) fn on(self, device: OpenDevice) -> Result<Rebuilding, ProfileError> {
        let row = |numbers: Vec<f32>| put(&device, &[numbers.len()], numbers);
        let layers = self.layers.into_iter().map(|layer| {
            let shape = [layer.weights.len(), layer.bias.len()];
            let weights = put(&device, &shape, layer.weights.concat())?;
            let activation = match layer.activation {
                Kind::Identity => Activation::Identity,
                Kind::Relu => Activation::Relu,
                Kind::Tanh => Activation::Tanh,
            };
            DenseLayer::new(weights, row(layer.bias)?, activation)
        });
        let layers = layers.collect::<Result<_, _>>()?;
        Ok(Rebuilding {
            mean: row(self.mean)?,
            deviation: row(self.deviation)?,
            layers,
            device,
        })
    }
}

/// A profile that is where it is used.
pub(crate) struct Rebuilding {
    mean: DeviceTensor,
    deviation: DeviceTensor,
    layers: Vec<DenseLayer>,
    device: OpenDevice,
}

impl Rebuilding {
    /// How badly each day can be rebuilt; nothing leaves the device in between.
    pub(crate) fn errors(&self, days: &[[f32; FEATURES]]) -> Result<Vec<f32>, DeviceError> {
        let days = put(&self.device, &[days.len(), FEATURES], days.concat())?;
        let days = ops::normalise(&days, &self.mean, &self.deviation)?;
        let mut layers = self.layers.iter();
        let errors = match layers.next() {
            Some(first) => {
                let hidden = ops::dense(&days, first)?;
                let rebuilt = layers.try_fold(hidden, |x, layer| ops::dense(&x, layer))?;
                ops::reconstruction_error(&days, &rebuilt)?
            }
            None => ops::reconstruction_error(&days, &days)?,
        };
        Ok(errors.into_host()?.as_slice::<f32>()?.to_vec())
    }
}

fn put(
    device: &OpenDevice,
    shape: &[usize],
    numbers: Vec<f32>,
) -> Result<DeviceTensor, DeviceError> {
    device.put(Tensor::new(shape, numbers)?)
}
