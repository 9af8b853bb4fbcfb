//! What is wrong with a stage shows before anything runs, all at once.

use millpond::inference::{Backend, Infer, InferError, Mock, Signature};
use millpond::message::Tensors;
use millpond::node::Workers;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions};

use super::support::{Number, doubler};

async fn refused(pipeline: Pipeline) -> String {
    match pipeline.run_local(RunOptions::new()).await {
        Err(RunError::Refused(errors)) => errors.to_string(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stage_that_does_not_fit_its_model_is_refused_with_every_reason() {
    let model = doubler();
    let log = model.log();
    let stage = Infer::with(model)
        .input_with("x", [2], |_: &i32, _: &mut [i64]| {})
        .input_with("z", [], |_: &i32, _: &mut [i32]| {})
        .output("Y", |number, _: &[f32]| number);
    let pipeline = Pipeline::named("misfit")
        .source(FromIter::new([1]))
        .stage(stage)
        .for_each("results", drop);

    assert_eq!(
        refused(pipeline).await,
        "pipeline `misfit` cannot start\n  \
         P0006: stage `infer`: input `x` is declared as i64[rows, 2], but the model takes i32[rows]: declare it so, or give another model\n  \
         P0006: stage `infer`: the model has no input `z` (did you mean `x`?); it takes `x: i32[rows]`\n  \
         P0006: stage `infer`: the model has no output `Y` (did you mean `y`?); it gives `y: i32[rows]`",
    );
    assert!(log.batches().is_empty());
}

#[tokio::test]
async fn a_model_that_failed_to_load_refuses_its_stage() {
    let missing = Err::<Mock, _>(std::io::Error::other("the share is not mounted"));
    let stage = Infer::loaded(missing)
        .input("x", [], |number: &Number| &number.0)
        .output("y", |_, y: &[i32]| y[0]);
    let pipeline = Pipeline::named("unloaded")
        .source(FromIter::new([Number::from(1)]))
        .stage(stage)
        .for_each("results", drop);

    assert_eq!(
        refused(pipeline).await,
        "pipeline `unloaded` cannot start\n  P0006: stage `infer`: the share is not mounted",
    );
}

struct NeverStarts(Signature);

impl Backend for NeverStarts {
    fn signature(&self) -> &Signature {
        &self.0
    }

    fn start(&mut self, _: &Workers) -> Result<(), InferError> {
        Err(InferError::terminal("the licence has run out"))
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        std::future::ready(Ok(inputs))
    }
}

#[tokio::test]
async fn a_backend_that_does_not_start_ends_the_run_with_its_reason() {
    let signature = doubler().signature().clone();
    let stage = Infer::with(NeverStarts(signature))
        .input("x", [], |number: &Number| &number.0)
        .output("y", |_, y: &[i32]| y[0]);
    let error = Pipeline::named("unstarted")
        .source(FromIter::new([Number::from(1)]))
        .stage(stage)
        .for_each("results", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap_err();

    assert_eq!(
        error.to_string(),
        "stage `infer`, node `infer` failed: the licence has run out",
    );
}

#[test]
#[should_panic(expected = "a batch holds at least 1 message")]
fn a_batch_of_no_message_is_refused_on_the_spot() {
    let _stage = super::support::doubles(doubler()).batch(0, super::support::ms(5));
}

#[test]
#[should_panic(expected = "at least 1 batch is in flight")]
fn no_batch_in_flight_is_refused_on_the_spot() {
    let _stage = super::support::doubles(doubler()).in_flight(0);
}
