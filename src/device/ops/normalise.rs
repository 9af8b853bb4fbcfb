use super::operation::{Operation, in_host};
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{DeviceError, DeviceTensor};
use crate::message::ElementType;

const NORMALISE: Operation = Operation("normalise");

/// Gives `(x - mean) / deviation`, each column of a row with its own.
///
/// `mean` and `deviation` hold one element for each element of a row, and live
/// where `x` does. With the smallest value as the mean and the range as the
/// deviation it scales to 0 to 1.
///
/// # Errors
///
/// [`DeviceError::Element`] unless all hold `f32`, [`DeviceError::Shape`] if
/// there are more or fewer means or deviations than columns,
/// [`DeviceError::Apart`] if they live elsewhere.
///
/// # Examples
///
/// ```
/// use millpond::device::{DeviceTensor, ops};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let x = DeviceTensor::from(Tensor::new([2, 2], vec![1.0_f32, 10.0, 3.0, 30.0])?);
/// let mean = DeviceTensor::from(Tensor::new([2], vec![1.0_f32, 20.0])?);
/// let deviation = DeviceTensor::from(Tensor::new([2], vec![2.0_f32, 10.0])?);
///
/// let y = ops::normalise(&x, &mean, &deviation)?;
/// assert_eq!(y.into_host()?.as_slice::<f32>()?, [0.0, -1.0, 1.0, 1.0]);
/// # Ok(())
/// # }
/// ```
pub fn normalise(
    x: &DeviceTensor,
    mean: &DeviceTensor,
    deviation: &DeviceTensor,
) -> Result<DeviceTensor, DeviceError> {
    NORMALISE.takes(ElementType::F32, x)?;
    let columns = x.row_len();
    for each in [mean, deviation] {
        NORMALISE.takes(ElementType::F32, each)?;
        NORMALISE.together(x, each)?;
        NORMALISE.shaped(x, each.len() == columns, || {
            let given = each.len();
            format!("a row holds {columns} elements, the means or deviations {given}")
        })?;
    }
    #[cfg(feature = "cuda")]
    if let Some(x) = x.as_cuda() {
        return on_cuda(x, mean, deviation);
    }
    let (mean, deviation) = (mean.as_slice::<f32>()?, deviation.as_slice::<f32>()?);
    let mut made = x.as_slice::<f32>()?.to_vec();
    for row in made.chunks_exact_mut(columns.max(1)) {
        for ((x, mean), deviation) in row.iter_mut().zip(mean).zip(deviation) {
            *x = (*x - mean) / deviation;
        }
    }
    in_host(x.shape(), made)
}

#[cfg(feature = "cuda")]
fn on_cuda(
    x: &CudaTensor,
    mean: &DeviceTensor,
    deviation: &DeviceTensor,
) -> Result<DeviceTensor, DeviceError> {
    let mut y = x.beside(ElementType::F32, x.shape().to_vec())?;
    let arguments = [
        x.argument(),
        NORMALISE.beside(x, mean)?.argument(),
        NORMALISE.beside(x, deviation)?.argument(),
        y.output(),
        Argument::U64(x.len() as u64),
        Argument::U32(NORMALISE.count(x, mean.len())?),
    ];
    x.launch("normalise", Threads::Elements(x.len()), &arguments)?;
    Ok(y.into())
}
