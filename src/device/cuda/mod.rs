//! CUDA devices (feature `cuda`): what the driver does, in types that own it.
//!
//! The library of the driver is looked for when the first device is opened, so
//! that a program with this feature starts on a machine without one. Whatever
//! is missing is a [`DeviceError`](super::DeviceError) that says what to do.

mod device;
mod kernels;
mod parameters;
mod raw;
mod staging;
mod tensor;

pub use device::CudaDevice;
pub(crate) use kernels::Threads;
pub(crate) use raw::{Argument, Graph, Stream};
pub(crate) use staging::Staging;
pub(crate) use tensor::CudaTensor;
