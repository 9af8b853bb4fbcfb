use std::thread;

use millpond::inference::forest::Model;
use millpond::inference::{Backend, Forest, InferError};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;

use super::batch;
use crate::support::slots;

const STUMP: &str = include_str!("../../support/stump.txt");

fn forest() -> Forest {
    Forest::new(Model::from_lightgbm(STUMP.as_bytes()).unwrap())
}

fn started(mut forest: Forest) -> Forest {
    let workers =
        Workers::new(|name, body| thread::Builder::new().name(name).spawn(body).map(drop));
    forest.start(&workers).unwrap();
    forest
}

#[test]
fn the_signature_names_what_a_classifier_takes_and_gives() {
    assert_eq!(
        forest().signature().to_string(),
        "(features: f32[rows, 2]) -> \
         (margin: f64[rows, 1], probability: f64[rows, 1], class: i64[rows])"
    );
}

#[test]
fn there_are_twice_as_many_slots_as_threads() {
    assert_eq!(forest().threads(slots(3)).slots(), slots(6));
}

#[tokio::test]
async fn rows_are_answered_in_order_whatever_their_number() {
    let forest = started(forest().threads(slots(2)));
    for count in [0_u16, 1, 7, 8, 9, 127, 128, 129, 1000] {
        let rows: Vec<_> = (0..count)
            .map(|row| [0.0, if row % 3 == 0 { 1.0_f32 } else { -1.0 }])
            .collect();
        let answer = forest.infer(batch(&rows)).await.unwrap();
        let classes: Vec<_> = (0..count).map(|row| i64::from(row % 3 == 0)).collect();
        assert_eq!(
            answer.get("class").unwrap().as_slice::<i64>().unwrap(),
            classes
        );
        assert_eq!(
            answer.get("margin").unwrap().shape(),
            [usize::from(count), 1]
        );
    }
    forest.shutdown().await;
}

#[tokio::test]
async fn a_batch_that_does_not_fit_is_refused_and_the_next_is_answered() {
    let forest = started(forest());
    let narrow = Tensors::new().with("features", Tensor::new([1, 1], vec![0.0_f32]).unwrap());
    let error = forest.infer(narrow).await.unwrap_err();
    assert!(matches!(error, InferError::Batch { .. }), "{error}");
    let answer = forest.infer(batch(&[[0.0, 1.0]])).await.unwrap();
    assert_eq!(
        answer.get("margin").unwrap().as_slice::<f64>().unwrap(),
        [1.0]
    );
}

#[tokio::test]
async fn before_it_is_started_it_is_not_running() {
    let error = forest().infer(batch(&[[0.0, 1.0]])).await.unwrap_err();
    assert!(matches!(error, InferError::NotRunning), "{error}");
}
