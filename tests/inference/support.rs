//! A model that is easily computed in one's head, and a pipeline around it.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::inference::{Infer, InferFailure, Mock, Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions, RunReport};

pub(crate) const fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

pub(crate) fn slots(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

/// `x: i32[rows]` to `y: i32[rows]`, each twice as much.
pub(crate) fn doubler() -> Mock {
    let signature = Signature {
        inputs: vec![TensorSpec::of::<i32>("x", [])],
        outputs: vec![TensorSpec::of::<i32>("y", [])],
    };
    Mock::new(signature, |inputs| {
        let x = inputs.get("x").unwrap().as_slice::<i32>().unwrap();
        let y: Vec<_> = x.iter().map(|x| x * 2).collect();
        Tensors::new().with("y", Tensor::new([y.len()], y).unwrap())
    })
}

/// A message whose row is as long as its vector.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Number(pub(crate) Vec<i32>);

impl From<i32> for Number {
    fn from(number: i32) -> Self {
        Self(vec![number])
    }
}

/// A stage that pairs each number with its double.
pub(crate) fn doubles(model: Mock) -> Infer<Mock, Number, (i32, i32)> {
    Infer::with(model)
        .input("x", [], |number: &Number| &number.0)
        .output("y", |number, y: &[i32]| (number.0[0], y[0]))
}

/// What came out of the stage, and when it was over.
pub(crate) struct Outcome {
    pub(crate) doubled: Vec<(i32, i32)>,
    pub(crate) failures: Vec<InferFailure<Number>>,
    pub(crate) report: RunReport,
}

/// Runs `stage` over `numbers` on this thread.
pub(crate) async fn run(
    stage: Infer<Mock, Number, (i32, i32)>,
    numbers: impl IntoIterator<Item = Number>,
) -> Result<Outcome, RunError> {
    let doubled = Arc::new(Mutex::new(Vec::new()));
    let failures = Arc::new(Mutex::new(Vec::new()));
    let pipeline = Pipeline::named("doubling");
    let numbers: Vec<_> = numbers.into_iter().collect();
    let (results, dead) = stage.split(pipeline.source(FromIter::new(numbers)));
    let to = Arc::clone(&doubled);
    results.for_each("results", move |result| to.lock().unwrap().push(result));
    let to = Arc::clone(&failures);
    dead.for_each("failures", move |letter| {
        to.lock().unwrap().push(letter.error);
    });

    let report = pipeline.run_local(RunOptions::new()).await?;

    assert!(report.unaccounted().is_empty(), "{report}");
    let doubled = std::mem::take(&mut *doubled.lock().unwrap());
    let failures = std::mem::take(&mut *failures.lock().unwrap());
    Ok(Outcome {
        doubled,
        failures,
        report,
    })
}
