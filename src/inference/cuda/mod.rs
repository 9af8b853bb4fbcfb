//! Models on CUDA devices (feature `cuda`).
//!
//! | item | what it is |
//! | --- | --- |
//! | [`Cuda`] | the backend |
//! | [`DeviceModel`] | what it runs: write one of [operations](crate::device::ops), or use those below |
//! | [`DeviceForest`] | a forest of `XGBoost` or `LightGBM` |
//! | [`DenseNet`](super::DenseNet) | a network of dense layers |

mod backend;
mod dense;
mod forest;
mod lanes;
mod model;
mod parts;
mod replays;
mod slot;

pub use backend::Cuda;
pub use forest::DeviceForest;
pub use model::DeviceModel;
