use super::math::{LANES, warp_sum};
use super::operation::{Operation, in_host};
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{DeviceError, DeviceTensor};
use crate::message::ElementType;

const ERROR: Operation = Operation("reconstruction-error");

/// Gives the mean squared difference of each row of `x` from that of `rebuilt`.
///
/// One element for each row: how badly an autoencoder knows it. A row of no
/// elements gives NaN.
///
/// # Errors
///
/// [`DeviceError::Element`] unless both hold `f32`, [`DeviceError::Shape`]
/// unless they have one shape, [`DeviceError::Apart`] unless they live in one
/// place.
///
/// # Examples
///
/// ```
/// use millpond::device::{DeviceTensor, ops};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let x = DeviceTensor::from(Tensor::new([2, 2], vec![1.0_f32, 2.0, 3.0, 4.0])?);
/// let rebuilt = DeviceTensor::from(Tensor::new([2, 2], vec![1.0_f32, 2.0, 4.0, 1.0])?);
///
/// let error = ops::reconstruction_error(&x, &rebuilt)?;
/// assert_eq!(error.into_host()?.as_slice::<f32>()?, [0.0, 5.0]);
/// # Ok(())
/// # }
/// ```
pub fn reconstruction_error(
    x: &DeviceTensor,
    rebuilt: &DeviceTensor,
) -> Result<DeviceTensor, DeviceError> {
    for each in [x, rebuilt] {
        ERROR.takes(ElementType::F32, each)?;
    }
    ERROR.together(x, rebuilt)?;
    ERROR.shaped(x, x.shape() == rebuilt.shape(), || {
        format!("what was made of it has the shape {:?}", rebuilt.shape())
    })?;
    let (rows, columns) = (x.rows(), x.row_len());
    #[cfg(feature = "cuda")]
    if let Some(x) = x.as_cuda() {
        return on_cuda(x, rebuilt, rows, columns);
    }
    let (x, rebuilt) = (x.as_slice::<f32>()?, rebuilt.as_slice::<f32>()?);
    if columns == 0 {
        return in_host([rows], vec![f32::NAN; rows]);
    }
    let pairs = x.chunks_exact(columns).zip(rebuilt.chunks_exact(columns));
    in_host(
        [rows],
        pairs.map(|(x, rebuilt)| of_row(x, rebuilt)).collect(),
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the nearest float, as the kernel has it"
)]
fn of_row(x: &[f32], rebuilt: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    for (x, rebuilt) in x.chunks(LANES).zip(rebuilt.chunks(LANES)) {
        for ((lane, x), rebuilt) in lanes.iter_mut().zip(x).zip(rebuilt) {
            let difference = x - rebuilt;
            *lane += difference * difference;
        }
    }
    warp_sum(lanes) / x.len() as f32
}

#[cfg(feature = "cuda")]
fn on_cuda(
    x: &CudaTensor,
    rebuilt: &DeviceTensor,
    rows: usize,
    columns: usize,
) -> Result<DeviceTensor, DeviceError> {
    let mut y = x.beside(ElementType::F32, vec![rows])?;
    let arguments = [
        x.argument(),
        ERROR.beside(x, rebuilt)?.argument(),
        y.output(),
        Argument::U32(ERROR.count(x, rows)?),
        Argument::U32(ERROR.count(x, columns)?),
    ];
    x.launch("reconstruction_error", Threads::Rows(rows), &arguments)?;
    Ok(y.into())
}
