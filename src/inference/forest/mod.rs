//! Tree ensembles of `XGBoost` and `LightGBM` on the CPU, without either.
//!
//! [`Forest`] is the backend, [`Model`] the trees themselves.

mod backend;
mod error;
mod grow;
mod lightgbm;
mod link;
mod model;
mod node;
mod plan;
mod run;
mod walk;
mod xgboost;

pub use backend::Forest;
pub use error::{Fault, Faults, ForestError};
pub use link::Link;
pub use model::{Model, Precision, Task, Tree};
pub use node::Node;
