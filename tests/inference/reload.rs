//! A model that is replaced while it runs.

use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use millpond::inference::{
    Backend, Infer, InferError, Mock, Reload, ReloadError, Reloader, Signature, TensorSpec,
};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions};

use super::support::{Number, doubler, ms};

/// Multiplies, with the signature of the doubler.
fn times(factor: i32) -> Mock {
    Mock::new(doubler().signature().clone(), move |mut inputs| {
        let mut x = inputs.remove("x").unwrap();
        let numbers = x.as_mut_slice::<i32>().unwrap();
        for number in numbers {
            *number *= factor;
        }
        Tensors::new().with("y", x)
    })
}

fn started(first: Mock) -> (Reload<Mock>, Reloader<Mock>) {
    let (mut model, reloader) = Reload::new(first);
    model.start(&Workers::new(|_, _| Ok(()))).unwrap();
    (model, reloader)
}

async fn one(model: &Reload<Mock>) -> i32 {
    let one = Tensor::new([1], vec![1]).unwrap();
    let answer = model.infer(Tensors::new().with("x", one)).await.unwrap();
    answer.get("y").unwrap().as_slice::<i32>().unwrap()[0]
}

fn poll(future: Pin<&mut impl Future>) -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    future.poll(&mut cx).is_ready()
}

#[tokio::test(start_paused = true)]
async fn batches_in_flight_end_on_the_old_model() {
    let (model, reloader) = started(times(2).latency(ms(50), ms(0)));
    let next = times(3).life(ms(10), ms(0));
    let log = next.log();

    let (old, new, replaced) = tokio::join!(
        one(&model),
        async {
            tokio::time::sleep(ms(5)).await;
            one(&model).await
        },
        reloader.replace(next)
    );

    assert_eq!((old, new), (2, 3));
    let old = replaced.unwrap().unwrap();
    assert_eq!(old.log().in_flight(), 0);
    assert_eq!(log.warm_ups(), 1);
    assert_eq!(one(&model).await, 3);
}

#[tokio::test(start_paused = true)]
async fn while_the_next_model_warms_up_the_old_one_answers() {
    let (model, reloader) = started(times(2));
    let replacing = reloader.replace(times(3).life(ms(100), ms(0)));

    let first = async {
        tokio::task::yield_now().await;
        one(&model).await
    };
    let meanwhile = async {
        tokio::time::sleep(ms(20)).await;
        one(&model).await
    };
    let (replaced, first, meanwhile) = tokio::join!(replacing, first, meanwhile);

    assert!(replaced.unwrap().is_some());
    assert_eq!((first, meanwhile), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_given_up_puts_the_next_model_back() {
    let (model, reloader) = started(times(2));
    let next = times(3).life(ms(100), ms(0));
    let log = next.log();
    let mut replacing = pin!(reloader.replace(next));
    assert!(!poll(replacing.as_mut()));

    assert!(tokio::time::timeout(ms(10), one(&model)).await.is_err());
    assert_eq!(one(&model).await, 3);

    assert!(replacing.await.unwrap().is_some());
    assert_eq!(log.warm_ups(), 1);
}

#[tokio::test]
async fn another_signature_is_refused_at_once() {
    let (_model, reloader) = started(times(2));
    let signature = Signature {
        inputs: vec![TensorSpec::of::<f32>("x", [])],
        outputs: vec![TensorSpec::of::<i32>("y", [])],
    };

    let error = reloader.replace(Mock::new(signature, |x| x)).await;

    assert_eq!(
        error.unwrap_err().to_string(),
        "the new model is (x: f32[rows]) -> (y: i32[rows]), but the stage runs \
         (x: i32[rows]) -> (y: i32[rows]): give one with that signature",
    );
}

#[tokio::test]
async fn a_later_model_supersedes_one_that_waits() {
    let (model, reloader) = started(times(2));
    let mut early = pin!(reloader.replace(times(3)));
    assert!(!poll(early.as_mut()));

    let (late, answer) = tokio::join!(reloader.replace(times(4)), async {
        tokio::task::yield_now().await;
        one(&model).await
    });

    assert!(matches!(early.await, Err(ReloadError::Superseded)));
    assert!(late.is_ok());
    assert_eq!(answer, 4);
}

#[tokio::test]
async fn a_replacement_that_nobody_waits_for_is_withdrawn() {
    let (model, reloader) = started(times(2));
    {
        let mut replacing = pin!(reloader.replace(times(3)));
        assert!(!poll(replacing.as_mut()));
    }

    assert_eq!(one(&model).await, 2);
}

#[tokio::test(start_paused = true)]
async fn after_the_end_nothing_is_replaced() {
    let (model, reloader) = started(times(2));
    let mut waiting = pin!(reloader.replace(times(3)));
    assert!(!poll(waiting.as_mut()));

    model.shutdown().await;

    assert!(matches!(waiting.await, Err(ReloadError::NotRunning)));
    let late = reloader.replace(times(3)).await;
    assert!(matches!(late, Err(ReloadError::NotRunning)));
}

/// Does not start.
struct NeverStarts(Mock);

impl Backend for NeverStarts {
    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn slots(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }

    fn start(&mut self, _: &Workers) -> Result<(), InferError> {
        match self.0.log().batches().len() {
            0 => Ok(()),
            _ => Err(InferError::terminal("no memory is left")),
        }
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        self.0.infer(inputs)
    }
}

#[tokio::test]
async fn a_model_that_does_not_start_leaves_the_old_one_running() {
    let x = || Tensors::new().with("x", Tensor::new([1], vec![1]).unwrap());
    let (mut model, reloader) = Reload::new(NeverStarts(times(2)));
    model.start(&Workers::new(|_, _| Ok(()))).unwrap();
    let used = times(3);
    drop(used.infer(x()));

    let (error, answer) = tokio::join!(reloader.replace(NeverStarts(used)), async {
        tokio::task::yield_now().await;
        model.infer(x()).await
    });

    assert_eq!(
        error.err().unwrap().to_string(),
        "the new model cannot run, and the old one goes on: no memory is left",
    );
    let y = answer.unwrap();
    assert_eq!(y.get("y").unwrap().as_slice::<i32>().unwrap(), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_stage_changes_its_model_between_two_batches() {
    let (model, reloader) = Reload::new(times(2).latency(ms(1), ms(0)));
    let stage = Infer::with(model)
        .input("x", [], |number: &Number| &number.0)
        .output("y", |number, y: &[i32]| (number.0[0], y[0]))
        .batch(2, ms(5));
    let factors = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&factors);
    let pipeline = Pipeline::named("reloaded")
        .source(FromIter::new((1..=100).map(Number::from)))
        .stage(stage)
        .for_each("results", move |(n, y)| to.lock().unwrap().push(y / n));

    let (report, replaced) = tokio::join!(
        pipeline.run_local(RunOptions::new()),
        reloader.replace(times(3))
    );

    assert!(report.unwrap().unaccounted().is_empty());
    replaced.unwrap();
    let factors = factors.lock().unwrap();
    assert_eq!(factors.len(), 100);
    assert!(factors.is_sorted() && factors.last() == Some(&3));
}

/// Panics where it is asked to.
struct Frail {
    model: Mock,
    panics: &'static str,
}

impl Frail {
    fn here(&self, place: &str) {
        assert_ne!(self.panics, place, "as the test wants it");
    }
}

impl Backend for Frail {
    fn signature(&self) -> &Signature {
        self.model.signature()
    }

    fn slots(&self) -> NonZeroUsize {
        Backend::slots(&self.model)
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        self.here("start");
        self.model.start(workers)
    }

    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<> {
        let panics = self.panics;
        async move {
            assert_ne!(panics, "warm-up", "as the test wants it");
            Ok(())
        }
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        self.model.infer(inputs)
    }
}

#[tokio::test]
async fn a_model_that_panics_before_its_first_batch_is_refused_and_the_old_one_goes_on() {
    for panics in ["start", "warm-up"] {
        let frail = |factor, panics| Frail {
            model: times(factor),
            panics,
        };
        let (mut model, reloader) = Reload::new(frail(2, ""));
        model.start(&Workers::new(|_, _| Ok(()))).unwrap();
        let ask = async || {
            let one = Tensor::new([1], vec![1]).unwrap();
            let answer = model.infer(Tensors::new().with("x", one)).await.unwrap();
            answer.get("y").unwrap().as_slice::<i32>().unwrap()[0]
        };
        for (factor, panics, given) in [(3, panics, 2), (5, "", 5)] {
            let (replaced, answer) = tokio::join!(reloader.replace(frail(factor, panics)), async {
                ask().await
            });
            assert_eq!(answer, given, "{panics}");
            match replaced {
                Err(ReloadError::Refused(error)) => {
                    assert!(
                        error.to_string().contains("as the test wants it"),
                        "{error}"
                    );
                }
                replaced => assert!(replaced.unwrap().is_some() && panics.is_empty()),
            }
        }
    }
}
