//! A backend of one's own, in a pipeline, and held to what every backend keeps.
//!
//! The model, a weighted sum of each row, computes at once. One that computes for
//! long starts a `Pool` on the threads that the run lends, as `Forest` does in
//! `src/inference/forest/backend.rs`. `cargo test --features testing --example
//! backend` runs the suite.

use std::error::Error;
use std::future::ready;
use std::sync::{Arc, Mutex};

use millpond::inference::{Backend, Infer, InferError, Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions};

/// Sums three numbers, each with its weight.
pub(crate) struct Weigh {
    signature: Signature,
    weights: [f32; 3],
}

impl Weigh {
    pub(crate) fn new(weights: [f32; 3]) -> Self {
        let signature = Signature {
            inputs: vec![TensorSpec::of::<f32>("features", [3])],
            outputs: vec![TensorSpec::of::<f32>("score", [])],
        };
        Self { signature, weights }
    }

    fn weighed(&self, batch: &Tensors) -> Result<Tensors, InferError> {
        self.signature.rows_of(batch)?;
        let features = batch.get("features").and_then(Tensor::as_slice::<f32>);
        let rows = features.map_err(InferError::terminal)?.chunks_exact(3);
        let sum = |row: &[f32]| row.iter().zip(self.weights).map(|(x, w)| x * w).sum();
        let scores: Vec<f32> = rows.map(sum).collect();
        let scores = Tensor::new([scores.len()], scores).map_err(InferError::terminal)?;
        Ok(Tensors::new().with("score", scores))
    }
}

impl Backend for Weigh {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn infer(&self, batch: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        ready(self.weighed(&batch))
    }
}

#[cfg(all(test, feature = "testing"))]
millpond::conformance!(weigh, || Weigh::new([0.5, 0.25, 2.0]));

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let scores = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&scores);
    let report = Pipeline::named("weigh")
        .source(FromIter::new([
            [2.0_f32, 0.0, 0.0],
            [0.0, 4.0, 0.0],
            [0.0, 0.0, 1.5],
        ]))
        .stage(
            Infer::with(Weigh::new([0.5, 0.25, 2.0]))
                .input("features", [3], |features: &[f32; 3]| features)
                .output("score", |_, score: &[f32]| score[0]),
        )
        .for_each("keep", move |score| {
            if let Ok(mut scores) = to.lock() {
                scores.push(score);
            }
        })
        .run_local(RunOptions::new())
        .await?;

    println!("{report}");
    assert_eq!(*scores.lock().map_err(|_| "poisoned")?, [1.0, 1.0, 3.0]);
    Ok(())
}
