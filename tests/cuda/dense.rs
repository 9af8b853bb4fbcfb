//! Networks of dense layers on the device, beside those on the processor.

use millpond::device::{Activation, DeviceTensor};
use millpond::inference::{Backend, DenseNet};
use millpond::message::{Tensor, Tensors};

use crate::emulator::Emulator;
use crate::models::started;

fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from(u16::try_from(state >> 16).unwrap()) / 32_768.0 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// An autoencoder with a layer of each kind of activation.
pub(crate) fn net() -> DenseNet {
    let kinds = [
        (19, 33, Activation::Relu),
        (33, 8, Activation::Tanh),
        (8, 70, Activation::Sigmoid),
        (70, 19, Activation::Identity),
        (19, 5, Activation::Softmax),
    ];
    let layers = (1..).zip(kinds);
    layers.fold(
        DenseNet::default(),
        |net, (seed, (inputs, outputs, kind))| {
            let weights = numbers(inputs * outputs, seed);
            net.layer(outputs, weights, numbers(outputs, seed + 100), kind)
                .unwrap()
        },
    )
}

#[tokio::test]
async fn a_network_gives_the_same_bits_as_on_the_processor() {
    let emulator = Emulator::fresh();
    let backend = started(net(), 2);
    for rows in [0, 1, 15, 16, 17, 100] {
        let x = Tensor::new([rows, 19], numbers(rows * 19, 9)).unwrap();
        let twin = net().run(&DeviceTensor::from(x.clone())).unwrap();
        let found = backend.infer(Tensors::new().with("x", x)).await.unwrap();

        assert_eq!(
            found.get("y").unwrap(),
            &twin.into_host().unwrap(),
            "{rows} rows"
        );
    }
    backend.shutdown().await;
    emulator.assert_clean();
}
