//! Tree ensembles of `XGBoost` and `LightGBM` on the CPU, without either.

mod link;
mod model;
mod node;

pub use link::Link;
pub use model::{Model, Precision, Task, Tree};
pub use node::Node;
