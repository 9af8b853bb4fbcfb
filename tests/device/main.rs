//! Operations on tensors in host memory, against plain arithmetic in 64 bits.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "tests: numbers are small, and those that are compared exactly are exact"
)]

mod by_column;
mod by_row;
mod dense;
#[cfg(feature = "spec")]
mod stages;

use millpond::device::DeviceTensor;
use millpond::message::{Element, Tensor};

/// A tensor in host memory.
fn tensor<E: Element>(shape: &[usize], elements: &[E]) -> DeviceTensor {
    Tensor::new(shape, elements.to_vec()).unwrap().into()
}

/// The elements of a tensor in host memory.
fn elements<E: Element>(tensor: &DeviceTensor) -> Vec<E> {
    tensor.as_slice::<E>().unwrap().to_vec()
}

/// Tells whether a number is as near to the exact one as `most` allows,
/// relative to the larger of `size` and the exact one.
fn near(found: f32, exact: f64, size: f64, most: f64) -> bool {
    (f64::from(found) - exact).abs() <= most * exact.abs().max(size)
}
