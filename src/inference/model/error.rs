use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::device::DeviceError;
#[cfg(feature = "dense")]
use crate::inference::DenseLoadError;
#[cfg(feature = "onnx")]
use crate::inference::LoadError;
use crate::inference::forest::ForestError;

/// Why a model file cannot be opened. The text is one line.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The file is missing, a folder, or may not be read.
    #[error("model file `{}` cannot be read: {cause}; give the path of one that can", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// The file is of no format that is known.
    #[error("`{}` is no model that can be opened: {reason}", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// What it looks like instead.
        reason: &'static str,
    },
    /// The file is of a format that this build cannot run.
    #[error(
        "model `{}` is {format}, but the program was built without the feature `{feature}`; \
         build it with `--features {feature}`",
        path.display()
    )]
    NotBuiltIn {
        /// The file.
        path: PathBuf,
        /// What it is.
        format: &'static str,
        /// The feature that it takes.
        feature: &'static str,
    },
    /// The device that was asked for cannot be used.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The forest in it cannot be used.
    #[error(transparent)]
    Forest(#[from] ForestError),
    /// The network in it cannot be used (feature `dense`).
    #[cfg(feature = "dense")]
    #[error(transparent)]
    Dense(#[from] DenseLoadError),
    /// The ONNX model in it cannot be used (feature `onnx`).
    #[cfg(feature = "onnx")]
    #[error(transparent)]
    Onnx(#[from] LoadError),
}
