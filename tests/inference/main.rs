//! Models in a pipeline: tensors, signatures, backends, threads and the stage.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod faults;
mod forest;
mod life;
mod mock;
#[cfg(feature = "onnx")]
mod onnx;
mod pool;
mod refusal;
mod reload;
mod retry;
mod signature;
mod stage;
mod support;
mod tensor;
