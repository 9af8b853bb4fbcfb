use super::math::logistic;
use super::operation::{Operation, in_host};
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
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
    #[cfg(feature = "cuda")]
    if let Some(x) = x.as_cuda() {
        return on_cuda(x);
    }
    let made = x.as_slice::<f32>()?.iter().map(|&x| logistic(x));
    in_host(x.shape(), made.collect())
}

#[cfg(feature = "cuda")]
fn on_cuda(x: &CudaTensor) -> Result<DeviceTensor, DeviceError> {
    let mut y = x.beside(ElementType::F32, x.shape().to_vec())?;
    let elements = Argument::U64(x.len() as u64);
    let arguments = [x.argument(), y.output(), elements];
    x.launch("sigmoid", Threads::Elements(x.len()), &arguments)?;
    Ok(y.into())
}
