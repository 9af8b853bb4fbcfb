//! Models in a pipeline: tensors, signatures, backends, threads and the stage.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod mock;
#[cfg(feature = "onnx")]
mod onnx;
mod pool;
mod refusal;
mod signature;
mod stage;
mod support;
mod tensor;
