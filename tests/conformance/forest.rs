//! The suite on trees.

use std::num::NonZeroUsize;

use millpond::inference::Forest;
use millpond::inference::conformance::Subject;
use millpond::inference::forest::Model;
use millpond::message::{Tensor, Tensors};

/// One question about the second of two features.
const STUMP: &str = include_str!("../support/stump.txt");

struct Stump;

impl Subject for Stump {
    type Backend = Forest;

    fn backend(&self) -> Forest {
        let model = Model::from_lightgbm(STUMP.as_bytes()).unwrap();
        Forest::new(model).threads(NonZeroUsize::MIN)
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        let features = batch.get("features").unwrap();
        let rows = features.as_slice::<f32>().unwrap().chunks(2);
        let margins: Vec<_> = rows
            .map(|row| if row[1] <= 0.0 { -1.0_f64 } else { 1.0 })
            .collect();
        let classes: Vec<_> = margins.iter().map(|one| i64::from(*one > 0.0)).collect();
        let given: Vec<_> = margins
            .iter()
            .map(|one| 1.0 / (1.0 + (-one).exp()))
            .collect();
        let count = margins.len();
        Some(
            Tensors::new()
                .with("margin", Tensor::new([count, 1], margins).unwrap())
                .with("probability", Tensor::new([count, 1], given).unwrap())
                .with("class", Tensor::new([count], classes).unwrap()),
        )
    }
}

millpond::conformance!(forest, Stump);
