//! What a pipeline adds to the time of the model in it.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::print_stderr,
    reason = "and says on the other stream why it cannot"
)]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run has nothing else to do"
)]

mod support;

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use millpond::inference::{Backend, Infer, InferError, Onnx, Signature};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions};
use support::{Bench, Claim};
use tokio::runtime::{Builder, Runtime};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/magika/model.onnx");
const MICRO_BATCH: usize = 8;
/// How many tokens of a file the model takes.
const TOKENS: usize = 2_048;

type Sample = Arc<[i32]>;

fn main() -> ExitCode {
    if !Path::new(MODEL).exists() {
        eprintln!("there is no {MODEL}: run scripts/model, which puts it there");
        return ExitCode::FAILURE;
    }
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime starts");
    let model = Loaded::load();
    let mut bench = Bench::new("inference");
    pipeline_over_bare_loop(&mut bench, &runtime, &model);
    bench.finish()
}

/// A source of prepared samples, a stage that runs the Magika model on one
/// thread, and a node that takes the best label of each: the whole pipeline on
/// one worker, from building it to its report; and a loop that calls the same
/// loaded model with the same batches of 8, one after another, and does
/// nothing else than take the best labels. Both hand the batches to one and
/// the same thread of the backend.
fn pipeline_over_bare_loop(bench: &mut Bench, runtime: &Runtime, model: &Loaded) {
    let claim = Claim {
        name: "pipeline_over_bare_loop",
        peer: "bare loop, same model",
        at_most: 1.03,
        amount: 16,
        short_amount: 8,
        unit: "sample",
    };
    let samples: Vec<Sample> = (0..claim.amount).map(sample).collect();
    let some = |amount| {
        (0..amount)
            .zip(&samples)
            .map(|(_, sample)| Arc::clone(sample))
            .collect()
    };
    bench.compare(
        claim,
        |amount| {
            let run = pipeline(model.clone(), some(amount));
            let labels = runtime.block_on(run).expect("the pipeline runs");
            in_order(labels, model.take_calls())
        },
        |amount| {
            let run = bare_loop(model, some(amount));
            let labels = runtime.block_on(run).expect("the model runs");
            in_order(labels, model.take_calls())
        },
    );
}

/// The model, loaded and started once for all rounds of both sides.
#[derive(Clone)]
struct Loaded {
    model: Arc<Onnx>,
    /// Proves that both sides have made as many batches of the samples.
    calls: Arc<AtomicU64>,
}

impl Loaded {
    fn load() -> Self {
        let workers =
            Workers::new(|name, body| thread::Builder::new().name(name).spawn(body).map(drop));
        let mut model = Onnx::load(MODEL)
            .expect("the model loads")
            .threads(NonZeroUsize::MIN);
        model.start(&workers).expect("the model's thread starts");
        Self {
            model: Arc::new(model),
            calls: Arc::default(),
        }
    }

    /// How often the model has been called since this was last asked.
    fn take_calls(&self) -> u64 {
        self.calls.swap(0, Relaxed)
    }
}

impl Backend for Loaded {
    fn signature(&self) -> &Signature {
        self.model.signature()
    }

    fn slots(&self) -> NonZeroUsize {
        self.model.slots()
    }

    fn start(&mut self, _: &Workers) -> Result<(), InferError> {
        Ok(())
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        self.calls.fetch_add(1, Relaxed);
        self.model.infer(inputs)
    }
}

async fn pipeline(model: Loaded, samples: Vec<Sample>) -> Result<u64, RunError> {
    let infer = Infer::with(model)
        .input("bytes", [TOKENS], |sample: &Sample| sample)
        .output("target_label", |_, scores: &[f32]| best(scores))
        .batch(MICRO_BATCH, Duration::from_millis(5));
    let pipeline = Pipeline::named("labels");
    let (tell, labels) = channel();
    pipeline
        .source(FromIter::new(samples))
        .stage(infer)
        .consume("labels", move |labels| async move {
            tell.send(labels.fold(0, in_order).await)
        });
    pipeline
        .run_with(RunOptions::new().workers(NonZeroUsize::MIN))
        .await?;
    Ok(labels
        .recv()
        .expect("a run that succeeds has told its labels"))
}

async fn bare_loop(model: &Loaded, samples: Vec<Sample>) -> Result<u64, InferError> {
    let mut labels = 0;
    for batch in samples.chunks(MICRO_BATCH) {
        let bytes = Tensor::new([batch.len(), TOKENS], batch.concat());
        let inputs = Tensors::new().with("bytes", bytes.map_err(InferError::terminal)?);
        let answer = model.infer(inputs).await?;
        let scores = answer.get("target_label").map_err(InferError::terminal)?;
        for row in 0..batch.len() {
            let scores = scores.row(row).map_err(InferError::terminal)?;
            labels = in_order(labels, best(scores));
        }
    }
    Ok(labels)
}

/// The tokens of a file of noise: what is in a file does not change how long
/// the model takes.
fn sample(seed: u32) -> Sample {
    let mut state = seed;
    let tokens = (0..TOKENS).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i32::from(state.to_be_bytes()[0])
    });
    tokens.collect()
}

/// The label of the highest score, and the score, which tells samples of one
/// label apart.
fn best(scores: &[f32]) -> u64 {
    let scores = scores.iter().enumerate();
    scores
        .max_by(|one, other| one.1.total_cmp(other.1))
        .map_or(0, |(label, score)| {
            (label as u64) << 32 | u64::from(score.to_bits())
        })
}

/// Adds a number to a list of which only a fingerprint is kept.
fn in_order(list: u64, number: u64) -> u64 {
    list.wrapping_mul(1_000_003).wrapping_add(number)
}
