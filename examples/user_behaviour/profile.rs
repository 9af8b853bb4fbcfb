use std::fs;
use std::path::{Path, PathBuf};

use millpond::device::ops;
use millpond::device::{DeviceError, DeviceTensor, OpenDevice};
use millpond::inference::{DenseLoadError, DenseNet};
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
    /// A day that the network rebuilds worse raises an alert.
    pub(crate) threshold: f32,
    /// The file of the network, beside this one.
    net: PathBuf,
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
    #[error(transparent)]
    Net(#[from] DenseLoadError),
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

    /// Loads the network that lies in `folder`.
    pub(crate) fn net(&self, folder: &Path) -> Result<DenseNet, ProfileError> {
        Ok(DenseNet::load(folder.join(&self.net))?)
    }

    /// Brings it to the device where it is to be used.
    pub(crate) fn on(self, net: &DenseNet, device: OpenDevice) -> Result<Rebuilding, DeviceError> {
        let row = |numbers: Vec<f32>| put(&device, &[numbers.len()], numbers);
        Ok(Rebuilding {
            mean: row(self.mean)?,
            deviation: row(self.deviation)?,
            net: net.on(&device)?,
            device,
        })
    }
}

/// A profile that is where it is used.
pub(crate) struct Rebuilding {
    mean: DeviceTensor,
    deviation: DeviceTensor,
    net: DenseNet,
    device: OpenDevice,
}

impl Rebuilding {
    /// How badly each day can be rebuilt; nothing leaves the device in between.
    pub(crate) fn errors(&self, days: &[[f32; FEATURES]]) -> Result<Vec<f32>, DeviceError> {
        let days = put(&self.device, &[days.len(), FEATURES], days.concat())?;
        let days = ops::normalise(&days, &self.mean, &self.deviation)?;
        let errors = ops::reconstruction_error(&days, &self.net.run(&days)?)?;
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
