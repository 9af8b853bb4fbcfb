use std::sync::Arc;

use thiserror::Error;

use super::Device;
use crate::message::{ElementType, TensorError};

/// Why something could not be done on a device.
///
/// Its text ends with the next step to take, where there is one. Cheap to
/// clone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// The program was built without CUDA.
    #[error(
        "{wanted} was asked for, but the program was built without the feature `cuda`; build it with `--features cuda`, or choose `cpu`"
    )]
    NotBuiltIn {
        /// The device asked for.
        wanted: Arc<str>,
    },
    /// The tensors of one operation live on different devices.
    #[error(
        "`{operation}` was given tensors on {first} and on {second}; bring them to one device first"
    )]
    Apart {
        /// The operation.
        operation: &'static str,
        /// Where its first tensor lives.
        first: Device,
        /// Where another one lives.
        second: Device,
    },
    /// A tensor lives elsewhere than in host memory.
    #[error(
        "the tensor lives on {device}, not in host memory; add `.to_host()`, in a file `to-host`, before it is read"
    )]
    NotOnHost {
        /// Where it lives.
        device: Device,
    },
    /// A tensor's elements are of another type than the operation takes.
    #[error("`{operation}` takes {wanted} elements, the tensor holds {found}")]
    Element {
        /// The operation.
        operation: &'static str,
        /// The type that it takes.
        wanted: ElementType,
        /// The type of the tensor.
        found: ElementType,
    },
    /// A tensor has another shape than the operation takes.
    #[error("`{operation}` cannot take a tensor of shape {found:?}: {reason}")]
    Shape {
        /// The operation.
        operation: &'static str,
        /// The shape of the tensor.
        found: Vec<usize>,
        /// What it would have to be.
        reason: Arc<str>,
    },
    /// A tensor could not be made or read.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}
