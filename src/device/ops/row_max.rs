use super::operation::{Operation, in_host};
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{DeviceError, DeviceTensor};
use crate::message::{ElementType, TensorError};

const ROW_MAX: Operation = Operation("row-max");

/// Gives the largest row of each message, element by element.
///
/// Row `r` of `x` belongs to message `seq_ids[r]`, counted from zero; a row
/// that belongs to none of the `messages` is passed over. NaN is above all
/// else, and a message without rows gets minus infinity.
///
/// # Errors
///
/// [`DeviceError::Element`] unless `x` holds `f32` and `seq_ids` `i32`,
/// [`DeviceError::Shape`] unless there is one of these for each row,
/// [`DeviceError::Apart`] unless they live in one place.
///
/// # Examples
///
/// ```
/// use millpond::device::{DeviceTensor, ops};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let x = DeviceTensor::from(Tensor::new([3, 2], vec![1.0_f32, 5.0, 3.0, 4.0, 7.0, 7.0])?);
/// let seq_ids = DeviceTensor::from(Tensor::new([3], vec![0, 0, 1])?);
///
/// let largest = ops::row_max(&x, &seq_ids, 2)?;
/// assert_eq!(largest.into_host()?.as_slice::<f32>()?, [3.0, 5.0, 7.0, 7.0]);
/// # Ok(())
/// # }
/// ```
pub fn row_max(
    x: &DeviceTensor,
    seq_ids: &DeviceTensor,
    messages: usize,
) -> Result<DeviceTensor, DeviceError> {
    ROW_MAX.takes(ElementType::F32, x)?;
    ROW_MAX.takes(ElementType::I32, seq_ids)?;
    ROW_MAX.together(x, seq_ids)?;
    ROW_MAX.shaped(x, seq_ids.shape() == [x.rows()], || {
        let ids = seq_ids.shape();
        format!("there must be one message number for each row, there are {ids:?}")
    })?;
    let columns = x.row_len();
    let shape = [&[messages], x.row_shape()].concat();
    let Some(elements) = messages.checked_mul(columns) else {
        let found = x.len();
        return Err(TensorError::Length { shape, found }.into());
    };
    #[cfg(feature = "cuda")]
    if let Some(x) = x.as_cuda() {
        return on_cuda(x, seq_ids, shape, messages);
    }
    let mut keys = vec![key_of(f32::NEG_INFINITY); elements];
    let rows = x.as_slice::<f32>()?.chunks_exact(columns.max(1));
    for (row, id) in rows.zip(seq_ids.as_slice::<i32>()?) {
        let message = usize::try_from(*id).ok().filter(|id| *id < messages);
        let Some(message) = message else { continue };
        for (key, &x) in keys[message * columns..].iter_mut().zip(row) {
            *key = key_of(x).max(*key);
        }
    }
    in_host(shape, keys.into_iter().map(float_of).collect())
}

/// An integer for each float, in the order of the floats; NaN is the largest.
fn key_of(x: f32) -> i32 {
    if x.is_nan() {
        return 0x7fc0_0000;
    }
    flipped(x.to_bits().cast_signed())
}

fn float_of(key: i32) -> f32 {
    f32::from_bits(flipped(key).cast_unsigned())
}

fn flipped(bits: i32) -> i32 {
    if bits < 0 { bits ^ 0x7fff_ffff } else { bits }
}

#[cfg(feature = "cuda")]
fn on_cuda(
    x: &CudaTensor,
    seq_ids: &DeviceTensor,
    shape: Vec<usize>,
    messages: usize,
) -> Result<DeviceTensor, DeviceError> {
    // The kernels keep integers in it, and turn them into floats at the end.
    let mut y = x.beside(ElementType::F32, shape)?;
    let columns: usize = x.shape().iter().skip(1).product();
    let (made, each) = (Argument::U64(y.len() as u64), Threads::Elements(y.len()));
    x.launch("row_max_begin", each, &[y.output(), made])?;
    let arguments = [
        x.argument(),
        ROW_MAX.beside(x, seq_ids)?.argument(),
        y.output(),
        Argument::U64(x.len() as u64),
        Argument::U32(ROW_MAX.count(x, columns)?),
        Argument::U32(ROW_MAX.count(x, messages)?),
    ];
    x.launch("row_max", Threads::Elements(x.len()), &arguments)?;
    x.launch("row_max_end", each, &[y.output(), made])?;
    Ok(y.into())
}
