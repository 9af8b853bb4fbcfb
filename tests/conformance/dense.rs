//! The suite on a network of dense layers, written here.

use std::num::NonZeroUsize;

use millpond::device::Activation;
use millpond::inference::conformance::{Skipped, Subject, Trouble, Troubled};
use millpond::inference::{Dense, DenseNet};
use millpond::message::{Tensor, Tensors};

/// Three inputs, two sums of them, one of these.
struct Layers;

const WEIGHTS: [f32; 6] = [0.5, -1.0, 2.0, 0.25, 1.0, -0.75];

fn net() -> DenseNet {
    let net = DenseNet::default()
        .layer(2, WEIGHTS.to_vec(), vec![0.5, -0.25], Activation::Relu)
        .and_then(|net| net.layer(1, vec![2.0, -3.0], vec![1.0], Activation::Identity));
    net.unwrap()
}

impl Subject for Layers {
    type Backend = Dense;

    fn backend(&self) -> Dense {
        Dense::new(net()).threads(NonZeroUsize::new(2).unwrap())
    }

    /// In the same order of operations, which settles every bit.
    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        let x = batch.get("x").unwrap();
        let sum = |row: &[f32], weights: &[f32], bias: f32| {
            let products = row.iter().zip(weights).map(|(x, weight)| x * weight);
            products.fold(0.0, |sum, product| sum + product) + bias
        };
        let answer = |row: &[f32]| {
            let hidden = [
                sum(row, &WEIGHTS[..3], 0.5).max(0.0),
                sum(row, &WEIGHTS[3..], -0.25).max(0.0),
            ];
            sum(&hidden, &[2.0, -3.0], 1.0)
        };
        let made: Vec<_> = x.as_slice::<f32>().unwrap().chunks(3).map(answer).collect();
        let y = Tensor::new([made.len(), 1], made).unwrap();
        Some(Tensors::new().with("y", y))
    }

    fn troubled(&self, _: Trouble) -> Result<Troubled<Dense>, Skipped> {
        Err(Skipped::because(
            "sums of products neither fail, panic nor wait",
        ))
    }
}

millpond::conformance!(layers, Layers);
