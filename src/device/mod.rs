//! Where tensors live and operations on them run: on the CPU or on a device.
//!
//! | item | what it is |
//! | --- | --- |
//! | [`Device`] | the CPU, or one CUDA device |
//! | [`DeviceChoice`] | what a user asks for: `cpu`, `cuda`, `cuda:1`, `auto` |
//! | [`OpenDevice`] | a device that is ready to hold tensors |
//! | `CudaDevice` | the same of a CUDA device (feature `cuda`) |
//! | [`DeviceTensor`], [`DeviceTensors`] | tensors that live on a device, as messages between nodes |
//! | [`ops`] | operations on them, each where its tensors live |
//! | [`Activation`] | what a dense layer does with its sums |
//! | [`DeviceError`] | what went wrong there, and what to do about it |
//!
//! An operation runs where its tensors live. A pipeline that is written for a
//! device hence runs on a machine without one: its tensors stay in host memory,
//! and nothing is copied.

mod activation;
mod choice;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
mod error;
#[cfg(any(feature = "cuda", test))]
mod kernels;
mod open;
pub mod ops;
mod tensor;
mod tensors;

pub use activation::Activation;
pub use choice::{Device, DeviceChoice, ParseDeviceError};
#[cfg(feature = "cuda")]
pub use cuda::CudaDevice;
pub use error::DeviceError;
pub use open::OpenDevice;
pub use tensor::DeviceTensor;
pub use tensors::DeviceTensors;
