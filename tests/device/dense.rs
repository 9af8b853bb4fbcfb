use millpond::device::ops::{DenseLayer, dense};
use millpond::device::{Activation, DeviceTensor};
use proptest::prelude::{prop_assert, proptest};

use crate::{elements, near, tensor};

/// Numbers from -1 to 1 that look like chance and are not.
fn numbers(count: usize, seed: usize) -> Vec<f32> {
    let number = |i: usize| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0;
    (0..count).map(number).collect()
}

fn layer(inputs: usize, outputs: usize, activation: Activation) -> DenseLayer {
    let weights = tensor(&[inputs, outputs], &numbers(inputs * outputs, 1));
    DenseLayer::new(
        weights,
        tensor(&[outputs], &numbers(outputs, 2)),
        activation,
    )
    .unwrap()
}

proptest! {
    #[test]
    fn dense_sums_products_and_adds_the_bias(
        (rows, inputs, outputs) in (0..20_usize, 0..40_usize, 1..80_usize),
    ) {
        let x = numbers(rows * inputs, 3);
        let made = dense(
            &tensor(&[rows, inputs], &x),
            &layer(inputs, outputs, Activation::Identity),
        );
        let made = elements::<f32>(&made.unwrap());
        let (weights, bias) = (numbers(inputs * outputs, 1), numbers(outputs, 2));
        for (i, y) in made.into_iter().enumerate() {
            let (row, output) = (i / outputs, i % outputs);
            let products = (0..inputs).map(|k| {
                f64::from(x[row * inputs + k]) * f64::from(weights[k * outputs + output])
            });
            let exact = products.sum::<f64>() + f64::from(bias[output]);
            prop_assert!(near(y, exact, 10.0, 1e-6), "{} is not {}", y, exact);
        }
    }
}

#[test]
fn the_activation_follows_the_bias() {
    let weights = || tensor(&[1, 2], &[1.0_f32, -1.0]);
    let bias = || tensor(&[2], &[-1.0_f32, 3.0]);
    let x = tensor(&[1, 1], &[2.0_f32]);
    let made = |activation| {
        let layer = DenseLayer::new(weights(), bias(), activation).unwrap();
        elements::<f32>(&dense(&x, &layer).unwrap())
    };
    assert_eq!(made(Activation::Identity), [1.0, 1.0]);
    assert_eq!(made(Activation::Softmax), [0.5, 0.5]);
    let tanh = made(Activation::Tanh);
    assert!(near(tanh[0], 1_f64.tanh(), 0.0, 3e-7), "{tanh:?}");
}

#[test]
fn weights_that_do_not_fit_are_told() {
    let text = |weights: DeviceTensor, bias: DeviceTensor| {
        let made = DenseLayer::new(weights, bias, Activation::Relu);
        made.unwrap_err().to_string()
    };
    assert_eq!(
        text(tensor(&[2], &[0.0_f32; 2]), tensor(&[2], &[0.0_f32; 2])),
        "`dense` cannot take a tensor of shape [2]: weights are [inputs, outputs]",
    );
    assert_eq!(
        text(tensor(&[1, 2], &[0.0_f32; 2]), tensor(&[1], &[0.0_f32])),
        "`dense` cannot take a tensor of shape [1]: the weights [1, 2] take a bias for each output",
    );
    let error = dense(
        &tensor(&[1, 3], &[0.0_f32; 3]),
        &layer(2, 1, Activation::Relu),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "`dense` cannot take a tensor of shape [1, 3]: the layer takes rows of 2 elements",
    );
}
