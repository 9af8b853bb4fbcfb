//! Operations on device tensors; each runs where its tensors live.
//!
//! | operation | what it gives |
//! | --- | --- |
//! | [`normalise`] | each column less its mean, over its deviation |
//! | [`one_hot`] | one element for each class, 1 at the code |
//! | [`dense()`] | sums of products, a bias and an activation: see [`DenseLayer`] |
//! | [`softmax`] | `e^x` over the sum of that in the row |
//! | [`sigmoid`] | `1 / (1 + e^-x)` |
//! | [`threshold`] | 1 where an element is above a limit |
//! | [`masked_mean`] | the mean over those tokens of a row that count |
//! | [`reconstruction_error`] | the mean squared difference of each row from what was made of it |
//! | [`row_max`] | the largest row of each message |
//!
//! # Equality
//!
//! Each operation gives the same bits in every place, the payload of NaN
//! aside: sums run in one order everywhere, no product is contracted with an
//! addition, and `exp`, `tanh` and `erf` are millpond's own.
//!
//! Trees run where tensors live too, see
//! [`PlacedForest`](crate::inference::forest::PlacedForest).

mod dense;
mod masked_mean;
mod math;
mod normalise;
mod one_hot;
mod operation;
mod reconstruction_error;
mod row_max;
mod sigmoid;
mod softmax;
mod threshold;

pub use dense::{DenseLayer, dense};
pub use masked_mean::masked_mean;
pub use normalise::normalise;
pub use one_hot::one_hot;
pub use reconstruction_error::reconstruction_error;
pub use row_max::row_max;
pub use sigmoid::sigmoid;
pub use softmax::softmax;
pub use threshold::threshold;
