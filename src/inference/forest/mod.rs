//! Tree ensembles of `XGBoost` and `LightGBM` on the CPU, without either.
//!
//! [`Forest`] is the backend, [`PlacedForest`] takes tensors where they live,
//! [`Model`] is the trees themselves.

mod backend;
mod error;
mod grow;
mod lightgbm;
mod link;
#[cfg(feature = "cuda")]
mod loaded;
mod model;
mod node;
mod placed;
mod plan;
mod run;
mod walk;
mod xgboost;

pub use backend::Forest;
pub use error::{Fault, Faults, ForestError};
pub use link::Link;
pub use model::{Model, Precision, Task, Tree};
pub use node::Node;
pub use placed::PlacedForest;
