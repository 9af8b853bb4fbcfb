use super::operation::{Operation, in_host};
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
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
    #[cfg(feature = "cuda")]
    if let Some(x) = x.as_cuda() {
        return on_cuda(x, limit);
    }
    let made = x.as_slice::<f32>()?.iter().map(|&x| u8::from(x > limit));
    in_host(x.shape(), made.collect())
}

#[cfg(feature = "cuda")]
fn on_cuda(x: &CudaTensor, limit: f32) -> Result<DeviceTensor, DeviceError> {
    let mut y = x.beside(ElementType::U8, x.shape().to_vec())?;
    let elements = Argument::U64(x.len() as u64);
    let arguments = [x.argument(), y.output(), elements, Argument::F32(limit)];
    x.launch("threshold", Threads::Elements(x.len()), &arguments)?;
    Ok(y.into())
}
