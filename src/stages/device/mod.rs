//! Stages on tensors that live on a device, each also on the CPU.
//!
//! They run where their batches live, and give the same results everywhere.

mod batch;
#[cfg(feature = "dense")]
mod dense;
mod forest;
mod masked_mean;
mod normalise;
mod one_hot;
mod per_device;
mod reconstruction_error;
mod row_max;
mod sigmoid_threshold;
mod softmax;
mod tensors_from_json;
mod tensors_to_json;
mod threshold;
mod to_device;
mod to_host;

#[cfg(feature = "dense")]
pub use dense::DenseLayers;
pub use forest::ForestMargins;
pub use masked_mean::MaskedMean;
pub use normalise::Normalise;
pub use one_hot::OneHot;
pub use reconstruction_error::ReconstructionError;
pub use row_max::RowMax;
pub use sigmoid_threshold::SigmoidThreshold;
pub use softmax::Softmax;
pub use tensors_from_json::{NotTensors, TensorsFromJson};
pub use tensors_to_json::{NotRows, TensorsToJson};
pub use threshold::Threshold;
pub use to_device::ToDevice;
pub use to_host::ToHost;
