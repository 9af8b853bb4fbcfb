//! Forests of `XGBoost` and `LightGBM`, on models that are written here.

mod backend;
#[expect(clippy::float_cmp, reason = "predictions are equal to the bit")]
mod lightgbm;
mod mutated;
mod open;
mod placed;
mod random;
mod trained;
#[expect(clippy::float_cmp, reason = "predictions are equal to the bit")]
mod xgboost;

use millpond::inference::Forest;
use millpond::inference::forest::Model;
use millpond::message::{Element, Tensor, Tensors};

/// A batch of these rows.
fn batch<const N: usize>(rows: &[[f32; N]]) -> Tensors {
    let features = rows.as_flattened().to_vec();
    Tensors::new().with("features", Tensor::new([rows.len(), N], features).unwrap())
}

/// One output of a model for these rows.
fn output<E: Element, const N: usize>(model: &Model, name: &str, rows: &[[f32; N]]) -> Vec<E> {
    let answer = Forest::new(model.clone()).run(&batch(rows)).unwrap();
    answer.get(name).unwrap().as_slice().unwrap().to_vec()
}
