use super::math::{LANES, exponential, warp_sum};
use super::operation::{Operation, in_host};
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{DeviceError, DeviceTensor};
use crate::message::ElementType;

const SOFTMAX: Operation = Operation("softmax");

/// Gives `e^x` over the sum of that, along the last dimension.
///
/// NaN makes all of its row NaN, and so does infinity.
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
/// let x = DeviceTensor::from(Tensor::new([2, 2], vec![7.0_f32, 7.0, 0.0, 200.0])?);
///
/// assert_eq!(ops::softmax(&x)?.into_host()?.as_slice::<f32>()?, [0.5, 0.5, 0.0, 1.0]);
/// # Ok(())
/// # }
/// ```
pub fn softmax(x: &DeviceTensor) -> Result<DeviceTensor, DeviceError> {
    SOFTMAX.takes(ElementType::F32, x)?;
    #[cfg(feature = "cuda")]
    if let Some(x) = x.as_cuda() {
        return on_cuda(x);
    }
    let mut made = x.as_slice::<f32>()?.to_vec();
    let columns = x.shape().last().copied().unwrap_or(1);
    rows_in_place(&mut made, columns);
    in_host(x.shape(), made)
}

/// The twin of the kernel, in place.
pub(super) fn rows_in_place(elements: &mut [f32], columns: usize) {
    for row in elements.chunks_exact_mut(columns.max(1)) {
        // Not `max`: which of two zeros it gives is not settled.
        let larger = |most, &x| if x > most { x } else { most };
        let most = row.iter().fold(f32::NEG_INFINITY, larger);
        let mut lanes = [0.0; LANES];
        for strand in row.chunks_mut(LANES) {
            for (x, lane) in strand.iter_mut().zip(&mut lanes) {
                *x = exponential(*x - most);
                *lane += *x;
            }
        }
        let sum = warp_sum(lanes);
        for x in row {
            *x /= sum;
        }
    }
}

#[cfg(feature = "cuda")]
pub(super) fn on_cuda(x: &CudaTensor) -> Result<DeviceTensor, DeviceError> {
    let mut y = x.beside(ElementType::F32, x.shape().to_vec())?;
    let columns = x.shape().last().copied().unwrap_or(1);
    let rows = x.len().checked_div(columns).unwrap_or(0);
    let arguments = [
        x.argument(),
        y.output(),
        Argument::U32(SOFTMAX.count(x, rows)?),
        Argument::U32(SOFTMAX.count(x, columns)?),
    ];
    x.launch("softmax", Threads::Rows(rows), &arguments)?;
    Ok(y.into())
}
