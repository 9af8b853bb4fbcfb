//! Networks of dense layers: multi-layer perceptrons and autoencoders
//! (feature `dense`).
//!
//! [`DenseNet`] is the network, [`Dense`] the backend that runs it on CPU
//! threads. Its layers are [`DenseLayer`](crate::device::ops::DenseLayer)s, so
//! that the same network runs on a device too.

mod backend;
mod error;
mod net;
mod onnx;
mod proto;
mod safetensors;

pub use backend::Dense;
pub use error::{DenseFault, DenseLoadError};
pub use net::DenseNet;
