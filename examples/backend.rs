//! A backend of one's own, in a pipeline, and held to what every backend keeps.
//!
//! The model, a weighted sum of each row, computes on a thread that the run
//! lends. `cargo test --features testing --example backend` runs the suite.

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use millpond::inference::{Backend, Infer, InferError, Pool, Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions};

/// Sums three numbers, each with its weight.
pub(crate) struct Weigh {
    signature: Signature,
    weights: [f32; 3],
    pool: Option<Pool>,
}

impl Weigh {
    pub(crate) fn new(weights: [f32; 3]) -> Self {
        let signature = Signature {
            inputs: vec![TensorSpec::of::<f32>("features", [3])],
            outputs: vec![TensorSpec::of::<f32>("score", [])],
        };
        Self {
            signature,
            weights,
            pool: None,
        }
    }
}

impl Backend for Weigh {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn slots(&self) -> NonZeroUsize {
        // One that computes and one that waits.
        NonZeroUsize::MIN.saturating_add(1)
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        let pool = Pool::start(workers, "weigh", NonZeroUsize::MIN);
        self.pool = Some(pool.map_err(InferError::terminal)?);
        Ok(())
    }

    fn infer(&self, batch: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        let (fits, weights) = (self.signature.rows_of(&batch), self.weights);
        let job = move || weighed(&batch, weights);
        let answer = self.pool.as_ref().map(|pool| pool.run(job));
        async move {
            fits?;
            answer.ok_or(InferError::NotRunning)?.await?
        }
    }

    async fn shutdown(self) {
        if let Some(pool) = self.pool {
            pool.shutdown().await;
        }
    }
}

/// What the model computes.
fn weighed(batch: &Tensors, weights: [f32; 3]) -> Result<Tensors, InferError> {
    let features = batch.get("features").and_then(Tensor::as_slice::<f32>);
    let rows = features.map_err(InferError::terminal)?.chunks_exact(3);
    let scores: Vec<f32> = rows
        .map(|row| row.iter().zip(weights).map(|(x, weight)| x * weight).sum())
        .collect();
    let scores = Tensor::new([scores.len()], scores).map_err(InferError::terminal)?;
    Ok(Tensors::new().with("score", scores))
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
