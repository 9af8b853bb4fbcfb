use std::num::NonZeroU32;

use super::operation::{Operation, in_host};
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{DeviceError, DeviceTensor};
use crate::message::{ElementType, Tensor, TensorError};

const ONE_HOT: Operation = Operation("one-hot");

/// Gives `classes` elements for each code: 1 at the code, 0 elsewhere.
///
/// The shape gets one more dimension. Codes count from zero; one that is no
/// class, negative ones among them, leaves zeros.
///
/// # Errors
///
/// [`DeviceError::Element`] unless `codes` holds `i32` or `i64`;
/// [`DeviceError::Tensor`] if there would be more elements than can be counted.
///
/// # Examples
///
/// ```
/// use std::num::NonZeroU32;
///
/// use millpond::device::{DeviceTensor, ops};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let codes = DeviceTensor::from(Tensor::new([2], vec![1, -1])?);
/// let hot = ops::one_hot(&codes, NonZeroU32::new(3).unwrap())?;
///
/// assert_eq!(hot.shape(), [2, 3]);
/// assert_eq!(hot.into_host()?.as_slice::<f32>()?, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
/// # Ok(())
/// # }
/// ```
pub fn one_hot(codes: &DeviceTensor, classes: NonZeroU32) -> Result<DeviceTensor, DeviceError> {
    if codes.element() != ElementType::I64 {
        ONE_HOT.takes(ElementType::I32, codes)?;
    }
    let width = usize::try_from(classes.get()).unwrap_or(usize::MAX);
    let shape = [codes.shape(), &[width]].concat();
    let Some(elements) = codes.len().checked_mul(width) else {
        let found = codes.len();
        return Err(TensorError::Length { shape, found }.into());
    };
    #[cfg(feature = "cuda")]
    if let Some(codes) = codes.as_cuda() {
        return on_cuda(codes, shape, classes);
    }
    let host = codes.as_host()?;
    let mut made = vec![0.0_f32; elements];
    match codes.element() {
        ElementType::I64 => mark(&mut made, host.as_slice::<i64>()?.iter().copied(), width),
        _ => mark(&mut made, wide(host)?, width),
    }
    in_host(shape, made)
}

fn wide(codes: &Tensor) -> Result<impl Iterator<Item = i64>, TensorError> {
    Ok(codes.as_slice::<i32>()?.iter().map(|&code| i64::from(code)))
}

fn mark(made: &mut [f32], codes: impl Iterator<Item = i64>, width: usize) {
    for (classes, code) in made.chunks_exact_mut(width).zip(codes) {
        let place = usize::try_from(code).ok();
        if let Some(class) = place.and_then(|place| classes.get_mut(place)) {
            *class = 1.0;
        }
    }
}

#[cfg(feature = "cuda")]
fn on_cuda(
    codes: &CudaTensor,
    shape: Vec<usize>,
    classes: NonZeroU32,
) -> Result<DeviceTensor, DeviceError> {
    let mut y = codes.beside(ElementType::F32, shape)?;
    let elements = y.len();
    let kernel = match codes.element() {
        ElementType::I64 => "one_hot_i64",
        _ => "one_hot_i32",
    };
    let arguments = [
        codes.argument(),
        y.output(),
        Argument::U64(elements as u64),
        Argument::U32(classes.get()),
    ];
    codes.launch(kernel, Threads::Elements(elements), &arguments)?;
    Ok(y.into())
}
