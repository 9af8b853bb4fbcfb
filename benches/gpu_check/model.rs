use std::error::Error;

use millpond::device::Activation;
use millpond::inference::{DenseFault, DenseNet};
use millpond::message::{Tensor, Tensors};

/// How many elements a row has before and after the network.
pub(crate) const WIDTH: usize = 32;
const HIDDEN: usize = 24;

/// Numbers from -1 to 1, the same for the same seed.
pub(crate) fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [high, low, ..] = state.to_be_bytes();
        f32::from(u16::from_be_bytes([high, low])) / 32_768.0 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// A network like those of autoencoders, with weights that nobody trained.
pub(crate) fn net() -> Result<DenseNet, DenseFault> {
    let layer = |net: DenseNet, inputs: usize, outputs: usize, activation, seed| {
        let weights = numbers(inputs * outputs, seed);
        net.layer(outputs, weights, numbers(outputs, seed + 1), activation)
    };
    let net = layer(DenseNet::default(), WIDTH, HIDDEN, Activation::Tanh, 1)?;
    let net = layer(net, HIDDEN, HIDDEN, Activation::Relu, 3)?;
    layer(net, HIDDEN, WIDTH, Activation::Identity, 5)
}

/// A batch of rows for the network.
pub(crate) fn batch(rows: usize, seed: u32) -> Result<Tensors, Box<dyn Error>> {
    let x = Tensor::new([rows, WIDTH], numbers(rows * WIDTH, seed))?;
    Ok(Tensors::new().with("x", x))
}
