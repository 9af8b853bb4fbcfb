//! A model that is easily computed: two inputs, two outputs.

use millpond::inference::{Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};

pub(crate) fn signature() -> Signature {
    Signature {
        inputs: vec![
            TensorSpec::of::<f32>("x", [3]),
            TensorSpec::of::<i64>("k", []),
        ],
        outputs: vec![
            TensorSpec::of::<f32>("sum", []),
            TensorSpec::of::<i64>("square", [1]),
        ],
    }
}

/// The sum of each row of `x`, and `k` with itself.
pub(crate) fn answer(inputs: &Tensors) -> Tensors {
    let x = inputs.get("x").unwrap().as_slice::<f32>().unwrap();
    let sums: Vec<f32> = x.chunks(3).map(|row| row.iter().sum()).collect();
    let k = inputs.get("k").unwrap().as_slice::<i64>().unwrap();
    let squares: Vec<i64> = k.iter().map(|k| k * k).collect();
    let rows = sums.len();
    Tensors::new()
        .with("sum", Tensor::new([rows], sums).unwrap())
        .with("square", Tensor::new([rows, 1], squares).unwrap())
}
