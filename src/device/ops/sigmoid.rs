use super::math::logistic;
use super::operation::{Operation, in_host};
use crate::device::{DeviceError, DeviceTensor};
use crate::message::ElementType;

const SIGMOID: Operation = Operation("sigmoid");

/// Gives `1 / (1 + e^-x)` of each element.
///
/// Within four units in the last place where the result is no denormal.
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
/// let x = DeviceTensor::from(Tensor::new([3], vec![-200.0_f32, 0.0, 200.0])?);
///
/// assert_eq!(ops::sigmoid(&x)?.into_host()?.as_slice::<f32>()?, [0.0, 0.5, 1.0]);
/// # Ok(())
/// # }
/// ```
pub fn sigmoid(x: &DeviceTensor) -> Result<DeviceTensor, DeviceError> {
    SIGMOID.takes(ElementType::F32, x)?;
    let made = x.as_slice::<f32>()?.iter().map(|&x| logistic(x));
    in_host(x.shape(), made.collect())
}
