//! A model that others trained, where it is at hand.

use millpond::inference::{Backend, Forest};
use millpond::message::{Tensor, Tensors};

/// The path of `abp-pcap-xgb.json`.
const VARIABLE: &str = "MILLPOND_ABP_MODEL";

#[test]
fn the_model_of_anomalous_packets_is_read_and_gives_probabilities() {
    let Some(path) = std::env::var_os(VARIABLE) else {
        return;
    };
    let forest = Forest::load(path).unwrap();
    assert_eq!(
        forest.signature().to_string(),
        "(features: f32[rows, 13]) -> \
         (margin: f32[rows, 1], probability: f32[rows, 1], class: i64[rows])"
    );
    assert_eq!(forest.model().trees().len(), 20);
    let rows: Vec<f32> = (0..13_u8 * 10).map(f32::from).collect();
    let rows = Tensors::new().with("features", Tensor::new([10, 13], rows).unwrap());
    let answer = forest.run(&rows).unwrap();
    let probabilities = answer
        .get("probability")
        .unwrap()
        .as_slice::<f32>()
        .unwrap();
    assert!(
        probabilities.iter().all(|one| (0.0..=1.0).contains(one)),
        "{probabilities:?}"
    );
}
