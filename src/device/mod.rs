//! Where tensors live and operations on them run: on the CPU or on a device.
//!
//! | item | what it is |
//! | --- | --- |
//! | [`Device`] | the CPU, or one CUDA device |
//! | [`DeviceChoice`] | what a user asks for: `cpu`, `cuda`, `cuda:1`, `auto` |
//! | [`OpenDevice`] | a device that is ready to hold tensors |
//! | `CudaDevice` | the same of a CUDA device (feature `cuda`) |
//! | [`DeviceTensor`], [`DeviceTensors`] | tensors that live on a device, as messages between nodes |
//! | [`DeviceError`] | what went wrong there, and what to do about it |
//!
//! An operation runs where its tensors live. A pipeline that is written for a
//! device hence runs on a machine without one: its tensors stay in host memory,
//! and nothing is copied.

mod choice;
#[cfg(feature = "cuda")]
mod cuda;
mod error;
#[cfg(feature = "cuda")]
mod kernels;
mod open;
mod tensor;
mod tensors;

pub use choice::{Device, DeviceChoice, ParseDeviceError};
#[cfg(feature = "cuda")]
pub use cuda::CudaDevice;
pub use error::DeviceError;
pub use open::OpenDevice;
pub use tensor::DeviceTensor;
pub use tensors::DeviceTensors;
