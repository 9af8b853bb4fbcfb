//! Models in a pipeline: the [`Infer`] stage and the backends that it runs.
//!
//! | item | what it is |
//! | --- | --- |
//! | [`Infer`] | the stage: messages are gathered into batches, the backend runs them, each message gets its row |
//! | [`InferJson`] | the same on JSON messages, made from options |
//! | [`Backend`] | the trait of what runs a model; usable without a pipeline |
//! | [`Mock`] | a backend for tests: answers from a function, after a scripted latency, with scripted faults |
//! | `Onnx` | a backend for ONNX files, in pure Rust, on threads of its own (feature `onnx`) |
//! | [`Forest`] | a backend for the trees of `XGBoost` and `LightGBM`, in pure Rust, on threads of its own |
//! | `Dense`, `DenseNet` | a backend for networks of dense layers from safetensors or ONNX files (feature `dense`) |
//! | `Cuda` | a backend for CUDA devices, which runs forests, dense networks, and models of your own (feature `cuda`) |
//! | [`Model`] | a backend for a model file of any of these formats |
//! | `conformance` | what every backend has to keep to, as tests (feature `testing`) |
//! | [`Signature`] | what a model takes and gives, checked while the pipeline is built |
//! | [`Pool`] | threads for a backend that computes |
//! | [`Reload`] | a backend whose model can be replaced while it runs |
//! | [`RetryBudget`] | how often a batch is tried that the backend has no room for |
//!
//! # Choosing the batch
//!
//! A batch spreads what a call costs over its rows, and every message in it
//! waits for the last. On a CPU a call costs little, and the working memory of
//! a large batch falls out of the cache: measure batches of 1 to 8 first, and
//! use more threads rather than more rows.

mod backend;
mod caller;
mod columns;
#[cfg(feature = "testing")]
pub mod conformance;
#[cfg(feature = "cuda")]
mod cuda;
#[cfg(feature = "dense")]
mod dense;
mod error;
pub mod forest;
mod infer;
mod json;
mod mock;
mod model;
#[cfg(feature = "onnx")]
mod onnx;
mod pool;
mod reload;
mod retry;
mod rows;
mod signature;

pub use backend::Backend;
pub use columns::{OutputColumn, OutputColumns, output};
#[cfg(feature = "cuda")]
pub use cuda::{Cuda, DeviceForest, DeviceModel};
#[cfg(feature = "dense")]
pub use dense::{Dense, DenseFault, DenseLoadError, DenseNet};
pub use error::{ErrorClass, InferError, InferFailure};
pub use forest::Forest;
pub use infer::{Infer, InferInputs};
pub use json::InferJson;
pub use mock::{Mock, MockLog};
pub use model::{Model, OpenError};
#[cfg(feature = "onnx")]
pub use onnx::{LoadError, Onnx};
pub use pool::{JobLost, Pool};
pub use reload::{Reload, ReloadError, Reloader};
pub use retry::RetryBudget;
pub use signature::{Column, Dim, Mismatch, Signature, TensorSpec};
