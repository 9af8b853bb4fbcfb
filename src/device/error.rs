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
        "{wanted} was asked for, but the program was built without the feature `cuda`; \
         build it with `--features cuda`, or choose `cpu`"
    )]
    NotBuiltIn {
        /// The device asked for.
        wanted: Arc<str>,
    },
    /// There is no CUDA driver on this machine.
    #[error(
        "the library of the CUDA driver (libcuda.so.1) was not found; \
         install the driver of the device, or choose `cpu`"
    )]
    NoLibrary,
    /// The library of the driver lacks a function.
    #[error(
        "the CUDA driver has no function `{symbol}`; \
         install driver 525 or later, or choose `cpu`"
    )]
    MissingSymbol {
        /// The function.
        symbol: Arc<str>,
    },
    /// The driver is older than the program needs.
    #[error(
        "the driver speaks CUDA {}.{}, {}.{} is needed; install a newer driver, or choose `cpu`",
        found / 1000, found % 1000 / 10, needed / 1000, needed % 1000 / 10
    )]
    DriverTooOld {
        /// What it speaks, as the driver writes it: 12040 is 12.4.
        found: u32,
        /// What is needed.
        needed: u32,
    },
    /// The driver is there, a device is not.
    #[error(
        "the CUDA driver finds no device; \
         look at `nvidia-smi` and CUDA_VISIBLE_DEVICES, or choose `cpu`"
    )]
    NoDevice,
    /// There are fewer devices.
    #[error("there is no device cuda:{wanted}, the last is cuda:{}", found.saturating_sub(1))]
    NoSuchDevice {
        /// The number asked for.
        wanted: u32,
        /// How many there are.
        found: u32,
    },
    /// The device has too little free memory.
    #[error(
        "the device has no {} left; \
         use smaller batches, fewer slots, or end what else uses it",
        amount(*.bytes)
    )]
    OutOfMemory {
        /// How many were asked for; `None` if the driver needed them itself.
        bytes: Option<usize>,
    },
    /// The model does not fit the memory of the device, even without a batch.
    #[error(
        "the model alone, without any batch, takes {needed} bytes of device memory, \
         {free} are free; use a smaller model or another device"
    )]
    ModelTooLarge {
        /// How many it takes, without any batch.
        needed: usize,
        /// How many are free.
        free: usize,
    },
    /// The device failed, and everything on it is lost.
    #[error(
        "{device} is lost, `{call}` says {code}; restart the program, and look at `nvidia-smi`"
    )]
    Lost {
        /// The device.
        device: Device,
        /// The function of the driver that said so.
        call: &'static str,
        /// What it said.
        code: Arc<str>,
    },
    /// A function of the driver failed.
    #[error(
        "`{call}` says {code}; look this up in the documentation of the CUDA driver, \
         look at `nvidia-smi`, or choose `cpu`"
    )]
    Driver {
        /// The function.
        call: &'static str,
        /// What it said.
        code: Arc<str>,
    },
    /// A kernel could not be made ready, or was called wrongly.
    #[error("the kernel `{kernel}` cannot be launched: {reason}")]
    Kernel {
        /// The kernel.
        kernel: Arc<str>,
        /// A sentence.
        reason: Arc<str>,
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
        "the tensor lives on {device}, not in host memory; \
         add `.to_host()`, in a file `to-host`, before it is read"
    )]
    NotOnHost {
        /// Where it lives.
        device: Device,
    },
    /// A tensor's elements are of another type than the operation takes.
    #[error(
        "`{operation}` takes {wanted} elements, the tensor holds {found}; \
         convert them in host memory first"
    )]
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

fn amount(bytes: Option<usize>) -> String {
    bytes.map_or_else(|| "memory".into(), |bytes| format!("{bytes} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_memory_tells_of_bytes_only_where_they_are_known() {
        let told = |bytes| DeviceError::OutOfMemory { bytes }.to_string();

        assert_eq!(
            told(Some(8192)),
            "the device has no 8192 bytes left; \
             use smaller batches, fewer slots, or end what else uses it",
        );
        assert_eq!(
            told(None),
            "the device has no memory left; \
             use smaller batches, fewer slots, or end what else uses it",
        );
    }
}
