use super::operation::{Operation, in_host};
use crate::device::{DeviceError, DeviceTensor};
use crate::message::ElementType;

const THRESHOLD: Operation = Operation("threshold");

/// Gives a `u8` for each element: 1 if it is above `limit`, else 0.
///
/// NaN is above nothing.
///
/// # Errors
///
/// [`DeviceError::Element`] unless `x` holds `f32`.
///
/// # Examples
///
/// ```
/// use millpond::device::{DeviceTensor, ops};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let x = DeviceTensor::from(Tensor::new([3], vec![0.4_f32, 0.5, 0.6])?);
///
/// assert_eq!(ops::threshold(&x, 0.5)?.into_host()?.as_slice::<u8>()?, [0, 0, 1]);
/// # Ok(())
/// # }
/// ```
pub fn threshold(x: &DeviceTensor, limit: f32) -> Result<DeviceTensor, DeviceError> {
    THRESHOLD.takes(ElementType::F32, x)?;
    let made = x.as_slice::<f32>()?.iter().map(|&x| u8::from(x > limit));
    in_host(x.shape(), made.collect())
}
