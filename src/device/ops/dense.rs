use super::math::activated;
use super::operation::{Operation, in_host};
use super::softmax;
#[cfg(feature = "cuda")]
use crate::device::cuda::{Argument, CudaTensor, Threads};
use crate::device::{Activation, Device, DeviceError, DeviceTensor, OpenDevice};
use crate::message::{ElementType, Tensor};

const DENSE: Operation = Operation("dense");

/// Weights, bias and activation of one layer, all in one place.
///
/// # Examples
///
/// See [`dense()`].
#[derive(Debug)]
pub struct DenseLayer {
    weights: DeviceTensor,
    bias: DeviceTensor,
    activation: Activation,
}

impl DenseLayer {
    /// Puts a layer together, of `weights` in the shape `[inputs, outputs]` and
    /// a bias for each output.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Element`] unless both hold `f32`, [`DeviceError::Shape`]
    /// unless they fit, [`DeviceError::Apart`] unless they live in one place.
    pub fn new(
        weights: DeviceTensor,
        bias: DeviceTensor,
        activation: Activation,
    ) -> Result<Self, DeviceError> {
        DENSE.takes(ElementType::F32, &weights)?;
        DENSE.takes(ElementType::F32, &bias)?;
        DENSE.together(&weights, &bias)?;
        DENSE.shaped(&weights, weights.shape().len() == 2, || {
            "weights are [inputs, outputs]".to_owned()
        })?;
        DENSE.shaped(&bias, bias.shape() == weights.row_shape(), || {
            format!(
                "the weights {:?} take a bias for each output",
                weights.shape()
            )
        })?;
        Ok(Self {
            weights,
            bias,
            activation,
        })
    }

    /// Brings the layer to another place; it is copied even if it is there.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NotOnHost`] unless it is in host memory, and what keeps
    /// the device from holding it.
    pub fn on(&self, device: &OpenDevice) -> Result<Self, DeviceError> {
        Ok(Self {
            weights: device.put(self.weights.as_host()?.clone())?,
            bias: device.put(self.bias.as_host()?.clone())?,
            activation: self.activation,
        })
    }

    /// Returns how many elements a row has before it.
    pub fn inputs(&self) -> usize {
        self.weights.rows()
    }

    /// Returns how many elements a row has after it.
    pub fn outputs(&self) -> usize {
        self.weights.row_len()
    }

    /// Returns what it does with its sums.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Returns where it lives.
    pub fn device(&self) -> Device {
        self.weights.device()
    }
}

/// Gives `activation(x weights + bias)`.
///
/// Each sum begins with zero, takes the products in the order of the inputs,
/// each rounded on its own, and then the bias.
///
/// # Errors
///
/// [`DeviceError::Element`] unless `x` holds `f32`, [`DeviceError::Shape`]
/// unless its rows have as many elements as the layer takes,
/// [`DeviceError::Apart`] if it lives elsewhere than the layer.
///
/// # Examples
///
/// ```
/// use millpond::device::ops::{DenseLayer, dense};
/// use millpond::device::{Activation, DeviceTensor};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let weights = Tensor::new([2, 1], vec![1.0_f32, -2.0])?;
/// let bias = Tensor::new([1], vec![0.5_f32])?;
/// let layer = DenseLayer::new(weights.into(), bias.into(), Activation::Relu)?;
///
/// let x = DeviceTensor::from(Tensor::new([2, 2], vec![3.0_f32, 1.0, 1.0, 3.0])?);
/// assert_eq!(dense(&x, &layer)?.into_host()?.as_slice::<f32>()?, [1.5, 0.0]);
/// # Ok(())
/// # }
/// ```
pub fn dense(x: &DeviceTensor, layer: &DenseLayer) -> Result<DeviceTensor, DeviceError> {
    DENSE.takes(ElementType::F32, x)?;
    DENSE.together(x, &layer.weights)?;
    DENSE.shaped(x, x.row_len() == layer.inputs(), || {
        format!("the layer takes rows of {} elements", layer.inputs())
    })?;
    #[cfg(feature = "cuda")]
    if let Some(x) = x.as_cuda() {
        return on_cuda(x, layer);
    }
    in_host([x.rows(), layer.outputs()], on_host(x.as_host()?, layer)?)
}

fn on_host(x: &Tensor, layer: &DenseLayer) -> Result<Vec<f32>, DeviceError> {
    let (weights, bias) = (
        layer.weights.as_slice::<f32>()?,
        layer.bias.as_slice::<f32>()?,
    );
    let (inputs, outputs) = (layer.inputs(), layer.outputs());
    let mut made = vec![0.0_f32; x.rows() * outputs];
    if outputs == 0 {
        return Ok(made);
    }
    multiply(x.as_slice::<f32>()?, weights, &mut made, inputs, outputs);
    for row in made.chunks_exact_mut(outputs) {
        for (sum, bias) in row.iter_mut().zip(bias) {
            *sum = activated(*sum + bias, layer.activation);
        }
    }
    if layer.activation == Activation::Softmax {
        softmax::rows_in_place(&mut made, outputs);
    }
    Ok(made)
}

/// Adds `x weights` to `sums`, which are zeros.
fn multiply(x: &[f32], weights: &[f32], sums: &mut [f32], inputs: usize, outputs: usize) {
    /// So many rows use a row of weights while it is in the cache.
    const ROWS: usize = 8;
    let blocks = x.chunks(ROWS * inputs.max(1));
    for (x, sums) in blocks.zip(sums.chunks_mut(ROWS * outputs)) {
        for (input, weights) in weights.chunks_exact(outputs).enumerate() {
            for (x, sums) in x.chunks_exact(inputs).zip(sums.chunks_exact_mut(outputs)) {
                let factor = x[input];
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += factor * weight;
                }
            }
        }
    }
}

#[cfg(feature = "cuda")]
fn on_cuda(x: &CudaTensor, layer: &DenseLayer) -> Result<DeviceTensor, DeviceError> {
    let (rows, columns) = (x.shape().first().copied().unwrap_or(0), layer.outputs());
    let mut y = x.beside(ElementType::F32, vec![rows, columns])?;
    let (activation, alpha) = layer.activation.of_elements().unwrap_or_default();
    let arguments = [
        x.argument(),
        DENSE.beside(x, &layer.weights)?.argument(),
        DENSE.beside(x, &layer.bias)?.argument(),
        y.output(),
        Argument::U32(DENSE.count(x, rows)?),
        Argument::U32(DENSE.count(x, layer.inputs())?),
        Argument::U32(DENSE.count(x, columns)?),
        Argument::U32(activation),
        Argument::F32(alpha),
    ];
    x.launch("dense", Threads::Tiles { rows, columns }, &arguments)?;
    if layer.activation == Activation::Softmax {
        return softmax::on_cuda(&y);
    }
    Ok(y.into())
}
