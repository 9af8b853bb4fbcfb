use super::operation::{Operation, in_host};
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{DeviceError, DeviceTensor};
use crate::message::{Element, ElementType};

const MASKED_MEAN: Operation = Operation("masked-mean");

/// Gives the mean over those tokens of each row whose mask is not 0.
///
/// `x` is `[rows, tokens, width]`, such as what a language model says of each
/// token, `mask` is `[rows, tokens]`, and the result `[rows, width]`. A row
/// without a token gives zeros. Elements of tokens that do not count are not
/// read, so that NaN among them does no harm.
///
/// # Errors
///
/// [`DeviceError::Element`] unless `x` holds `f32` and `mask` `u8`, `i32` or
/// `i64`, [`DeviceError::Shape`] unless they fit, [`DeviceError::Apart`] unless
/// they live in one place.
///
/// # Examples
///
/// ```
/// use millpond::device::{DeviceTensor, ops};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let x = DeviceTensor::from(Tensor::new([1, 3, 1], vec![1.0_f32, 2.0, 9.0])?);
/// let mask = DeviceTensor::from(Tensor::new([1, 3], vec![1_u8, 1, 0])?);
///
/// assert_eq!(ops::masked_mean(&x, &mask)?.into_host()?.as_slice::<f32>()?, [1.5]);
/// # Ok(())
/// # }
/// ```
pub fn masked_mean(x: &DeviceTensor, mask: &DeviceTensor) -> Result<DeviceTensor, DeviceError> {
    MASKED_MEAN.takes(ElementType::F32, x)?;
    MASKED_MEAN.together(x, mask)?;
    let &[rows, tokens, width] = x.shape() else {
        return Err(not_of_tokens(x));
    };
    MASKED_MEAN.shaped(x, mask.shape() == [rows, tokens], || {
        let mask = mask.shape();
        format!(
            "the mask would have to be {:?}, it is {mask:?}",
            [rows, tokens]
        )
    })?;
    #[cfg(feature = "cuda")]
    if let Some(x) = x.as_cuda() {
        return on_cuda(x, mask, [rows, tokens, width]);
    }
    let made = match mask.element() {
        ElementType::I32 => means::<i32>(x, mask)?,
        ElementType::I64 => means::<i64>(x, mask)?,
        _ => {
            MASKED_MEAN.takes(ElementType::U8, mask)?;
            means::<u8>(x, mask)?
        }
    };
    in_host([rows, width], made)
}

fn not_of_tokens(x: &DeviceTensor) -> DeviceError {
    DeviceError::Shape {
        operation: MASKED_MEAN.0,
        found: x.shape().to_vec(),
        reason: "it takes [rows, tokens, width]".into(),
    }
}

fn means<M: Element>(x: &DeviceTensor, mask: &DeviceTensor) -> Result<Vec<f32>, DeviceError> {
    let (x, mask, shape) = (x.as_slice::<f32>()?, mask.as_slice::<M>()?, x.shape());
    let (rows, tokens, width) = (shape[0], shape[1], shape[2]);
    let mut made = vec![0.0_f32; rows * width];
    for row in 0..rows {
        let mean = &mut made[row * width..][..width];
        let mut count = 0.0_f32;
        for token in row * tokens..(row + 1) * tokens {
            if mask[token] == M::default() {
                continue;
            }
            count += 1.0;
            for (mean, x) in mean.iter_mut().zip(&x[token * width..]) {
                *mean += x;
            }
        }
        if count > 0.0 {
            for mean in mean {
                *mean /= count;
            }
        }
    }
    Ok(made)
}

#[cfg(feature = "cuda")]
fn on_cuda(
    x: &CudaTensor,
    mask: &DeviceTensor,
    [rows, tokens, width]: [usize; 3],
) -> Result<DeviceTensor, DeviceError> {
    let kernel = match mask.element() {
        ElementType::I32 => "masked_mean_i32",
        ElementType::I64 => "masked_mean_i64",
        _ => {
            MASKED_MEAN.takes(ElementType::U8, mask)?;
            "masked_mean_u8"
        }
    };
    let mut y = x.beside(ElementType::F32, vec![rows, width])?;
    let threads = Threads::Elements(y.len());
    let arguments = [
        x.argument(),
        MASKED_MEAN.beside(x, mask)?.argument(),
        y.output(),
        Argument::U32(MASKED_MEAN.count(x, rows)?),
        Argument::U32(MASKED_MEAN.count(x, tokens)?),
        Argument::U32(MASKED_MEAN.count(x, width)?),
    ];
    x.launch(kernel, threads, &arguments)?;
    Ok(y.into())
}
