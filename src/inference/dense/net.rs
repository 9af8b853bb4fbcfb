use std::fmt;
use std::fs;
use std::path::Path;

use super::{DenseFault, DenseLoadError, onnx, safetensors};
use crate::device::ops::{self, DenseLayer};
use crate::device::{Activation, DeviceError, DeviceTensor, OpenDevice};
use crate::inference::model::format::Format;
use crate::inference::{Signature, TensorSpec};
use crate::message::Tensor;

/// A network of dense layers, each with weights, a bias and an activation.
///
/// It takes one tensor of `f32` and gives one.
///
/// # Files
///
/// A **safetensors** file holds `NAME.weight` in the shape `[outputs, inputs]`
/// and, if the layer has one, `NAME.bias` for each layer. The metadata say the
/// rest:
///
/// | key | value |
/// | --- | --- |
/// | `activations` | one for each layer, separated by commas: `identity`, `relu`, `leaky-relu(0.01)`, `elu(1)`, `sigmoid`, `tanh`, `gelu` or `softmax` |
/// | `layers` | the names of the layers in order; by their last number if it is left out, as in `net.0`, `net.2`, `net.10` |
/// | `input`, `output` | the names of the tensors, `x` and `y` if left out |
///
/// An **ONNX** file holds one chain of `Gemm`, or `MatMul` with or without
/// `Add`, and `Relu`, `LeakyRelu`, `Elu`, `Sigmoid`, `Tanh`, `Gelu` or
/// `Softmax`, from its one input to its one output. Any other node is refused
/// by its name; [`Onnx`] runs such models.
///
/// [`Onnx`]: https://docs.rs/millpond/latest/millpond/inference/struct.Onnx.html
///
/// # Examples
///
/// ```
/// use millpond::device::Activation;
/// use millpond::inference::DenseNet;
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let double = DenseNet::default().layer(1, vec![2.0], vec![0.0], Activation::Identity)?;
/// let net = double.layer(2, vec![1.0, -1.0], vec![0.0, 0.0], Activation::Relu)?;
///
/// assert_eq!(net.to_string(), "1 -> 1 identity -> 2 relu");
/// let y = net.run(&Tensor::new([1, 1], vec![3.0_f32])?.into())?;
/// assert_eq!(y.into_host()?.as_slice::<f32>()?, [6.0, 0.0]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DenseNet {
    layers: Vec<DenseLayer>,
    input: String,
    output: String,
    signature: Signature,
}

/// A network without layers, to which [`layer`](DenseNet::layer) adds some.
impl Default for DenseNet {
    fn default() -> Self {
        Self {
            layers: Vec::new(),
            input: "x".to_owned(),
            output: "y".to_owned(),
            signature: Signature::default(),
        }
    }
}

impl DenseNet {
    /// Reads a safetensors or ONNX file, whichever its content is.
    ///
    /// # Errors
    ///
    /// See [`DenseFault`]; the error names the file.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, DenseLoadError> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|error| DenseFault::Unreadable {
            cause: error.to_string(),
        });
        let net = bytes.and_then(|bytes| Self::from_bytes(&bytes));
        net.map_err(|fault| DenseLoadError {
            path: path.to_path_buf(),
            fault,
        })
    }

    /// Reads the content of a safetensors or ONNX file.
    ///
    /// # Errors
    ///
    /// See [`DenseFault`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DenseFault> {
        let net = match Format::of_bytes(bytes) {
            Ok(Some(Format::Safetensors)) => safetensors::read(bytes)?,
            // Not every exporter writes first what tells that it is one.
            _ => onnx::read(bytes)?,
        };
        if net.layers.is_empty() {
            return Err(DenseFault::layers(
                "the model has no layer: give one with weights",
            ));
        }
        Ok(net)
    }

    /// Adds a layer in host memory after the others.
    ///
    /// `weights` are in the shape `[outputs, inputs]`, as training libraries
    /// keep them, and there is a `bias` for each of the `outputs`.
    ///
    /// # Errors
    ///
    /// [`DenseFault::Layers`] if they do not fit each other or the layer before.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "both are given away, though the weights are turned"
    )]
    pub fn layer(
        self,
        outputs: usize,
        weights: Vec<f32>,
        bias: Vec<f32>,
        activation: Activation,
    ) -> Result<Self, DenseFault> {
        let inputs = weights.len().checked_div(outputs).unwrap_or(0);
        if inputs.checked_mul(outputs) != Some(weights.len()) || bias.len() != outputs {
            let (weights, biases) = (weights.len(), bias.len());
            return Err(DenseFault::layers(format!(
                "a layer of {outputs} outputs cannot have {weights} weights and {biases} biases"
            )));
        }
        let mut turned = vec![0.0; weights.len()];
        for (output, weights) in weights.chunks_exact(inputs.max(1)).enumerate() {
            for (input, weight) in weights.iter().enumerate() {
                turned[input * outputs + output] = *weight;
            }
        }
        self.turned(inputs, turned, bias, activation)
    }

    /// Adds a layer whose weights are in the shape `[inputs, outputs]`.
    pub(super) fn turned(
        mut self,
        inputs: usize,
        weights: Vec<f32>,
        bias: Vec<f32>,
        activation: Activation,
    ) -> Result<Self, DenseFault> {
        let outputs = bias.len();
        let number = self.layers.len();
        if inputs == 0 || outputs == 0 {
            return Err(DenseFault::layers(format!(
                "layer {number} has {inputs} inputs and {outputs} outputs: it needs some of both"
            )));
        }
        if let Some(before) = self.layers.last()
            && before.outputs() != inputs
        {
            let given = before.outputs();
            return Err(DenseFault::layers(format!(
                "layer {number} takes {inputs} elements, but the one before gives {given}"
            )));
        }
        let of_tensors = |error: &dyn fmt::Display| DenseFault::layers(error.to_string());
        let weights = Tensor::new([inputs, outputs], weights).map_err(|e| of_tensors(&e))?;
        let bias = Tensor::new([outputs], bias).map_err(|e| of_tensors(&e))?;
        let layer = DenseLayer::new(weights.into(), bias.into(), activation);
        self.layers.push(layer.map_err(|error| of_tensors(&error))?);
        Ok(self.signed())
    }

    /// Sets what the input and the output are called; `x` and `y` if it is not
    /// called.
    #[must_use]
    pub fn named(mut self, input: impl Into<String>, output: impl Into<String>) -> Self {
        (self.input, self.output) = (input.into(), output.into());
        self.signed()
    }

    /// Works the signature out anew.
    fn signed(mut self) -> Self {
        if let (Some(first), Some(last)) = (self.layers.first(), self.layers.last()) {
            self.signature = Signature {
                inputs: vec![TensorSpec::of::<f32>(&self.input, [first.inputs()])],
                outputs: vec![TensorSpec::of::<f32>(&self.output, [last.outputs()])],
            };
        }
        self
    }

    /// Tells what it takes and gives.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Returns the layers, first to last.
    pub fn layers(&self) -> &[DenseLayer] {
        &self.layers
    }

    /// Returns what the input is called.
    pub fn input(&self) -> &str {
        &self.input
    }

    /// Returns what the output is called.
    pub fn output(&self) -> &str {
        &self.output
    }

    /// Brings the network to a device; it is copied even if it is there.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NotOnHost`] unless it is in host memory, and what keeps
    /// the device from holding it.
    pub fn on(&self, device: &OpenDevice) -> Result<Self, DeviceError> {
        let layers = self.layers.iter().map(|layer| layer.on(device));
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
            input: self.input.clone(),
            output: self.output.clone(),
            signature: self.signature.clone(),
        })
    }

    /// Runs rows through all layers, where they and the layers live.
    ///
    /// # Errors
    ///
    /// What [`ops::dense()`] says of the first layer that cannot, and
    /// [`DeviceError::Shape`] if there is no layer.
    pub fn run(&self, x: &DeviceTensor) -> Result<DeviceTensor, DeviceError> {
        let Some((first, rest)) = self.layers.split_first() else {
            return Err(DeviceError::Shape {
                operation: "dense",
                found: x.shape().to_vec(),
                reason: "the network has no layer".into(),
            });
        };
        let first = ops::dense(x, first)?;
        rest.iter()
            .try_fold(first, |x, layer| ops::dense(&x, layer))
    }
}

/// Shows the sizes and activations, as in `4 -> 8 relu -> 4 identity`.
impl fmt::Display for DenseNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.layers.first() {
            write!(f, "{}", first.inputs())?;
        }
        self.layers.iter().try_for_each(|layer| {
            let (outputs, activation) = (layer.outputs(), layer.activation());
            write!(f, " -> {outputs} {activation}")
        })
    }
}
