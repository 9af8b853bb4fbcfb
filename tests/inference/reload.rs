//! A model that is replaced while it runs.

use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::thread;

use futures::executor::block_on;
use millpond::inference::{
    Backend, Infer, InferError, Mock, Model, Reload, ReloadError, Reloader, Signature, TensorSpec,
};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions};
use tokio::time::Instant;

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
            tokio::time::sleep(ms(20)).await;
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

    let meanwhile = async {
        let mut answers = Vec::new();
        for _ in 0..2 {
            tokio::time::sleep(ms(20)).await;
            answers.push(one(&model).await);
        }
        answers
    };
    let (replaced, meanwhile) = tokio::join!(replacing, meanwhile);

    assert!(replaced.unwrap().is_some());
    assert_eq!(meanwhile, [2, 2]);
    assert_eq!(one(&model).await, 3);
}

#[tokio::test(start_paused = true)]
async fn no_batch_is_late_for_a_warm_up_that_takes_longer_than_the_time_limit() {
    let limit = ms(100);
    let next = times(3).latency(ms(10), ms(0)).life(ms(2_000), ms(0));
    let (model, reloader) = Reload::new(times(2).latency(ms(10), ms(0)));
    let stage = Infer::with(model)
        .input("x", [], |number: &Number| &number.0)
        .output("y", |number, y: &[i32]| (number.0[0], y[0]))
        .batch(1, ms(0))
        .time_limit(limit);
    let answers = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&answers);
    let pipeline = Pipeline::named("limited")
        .source(FromIter::new((1..=400).map(Number::from)))
        .stage(stage)
        .for_each("results", move |(n, y)| {
            to.lock().unwrap().push((Instant::now(), y / n));
        });

    let (report, replaced) = tokio::join!(
        pipeline.run_local(RunOptions::new()),
        reloader.replace(next)
    );

    assert!(report.unwrap().unaccounted().is_empty());
    assert!(replaced.unwrap().is_some());
    let answers = answers.lock().unwrap();
    assert_eq!(answers.len(), 400);
    assert!(answers.is_sorted_by_key(|(_, factor)| *factor));
    let by_the_old_one = answers.partition_point(|(_, factor)| *factor == 2);
    assert!((195..=205).contains(&by_the_old_one), "{by_the_old_one}");
    for batch in answers.windows(2) {
        assert!(batch[1].0 - batch[0].0 < limit);
    }
}

#[tokio::test(start_paused = true)]
async fn a_model_warms_up_though_no_batch_comes() {
    let (model, reloader) = started(times(2));
    let next = times(3).life(ms(100), ms(0));
    let log = next.log();

    assert!(reloader.replace(next).await.unwrap().is_some());

    assert_eq!(log.warm_ups(), 1);
    assert_eq!(one(&model).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_given_before_the_stage_starts_waits_for_it() {
    let (mut model, reloader) = Reload::new(times(2));
    let mut replacing = pin!(reloader.replace(times(3)));
    assert!(!poll(replacing.as_mut()));

    let (replaced, ()) = tokio::join!(replacing, async {
        model.start(&Workers::new(|_, _| Ok(()))).unwrap();
    });

    assert!(replaced.unwrap().is_some());
    assert_eq!(one(&model).await, 3);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_replaced_while_it_warms_up_is_given_back_warm() {
    let (model, reloader) = started(times(2).life(ms(100), ms(0)));
    let warm_up = model.warm_up();
    let mut replacing = pin!(reloader.replace(times(3)));
    assert!(!poll(replacing.as_mut()));
    assert_eq!(one(&model).await, 3);

    let (warm, replaced) = tokio::join!(warm_up, replacing);

    warm.unwrap();
    assert_eq!(replaced.unwrap().unwrap().log().warm_ups(), 1);
}

#[test]
fn a_model_is_replaced_from_another_thread() {
    let (model, reloader) = started(times(2));

    let replacing = thread::spawn(move || block_on(reloader.replace(times(3))));

    assert!(replacing.join().unwrap().unwrap().is_some());
    assert_eq!(block_on(one(&model)), 3);
}

#[test]
fn a_model_file_can_be_replaced_from_another_thread() {
    fn given<F: Future + Send>(_: impl Fn(Reloader<Model>, Model) -> F) {}

    given(|reloader, next| async move { reloader.replace(next).await });
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

#[tokio::test(start_paused = true)]
async fn a_later_model_supersedes_one_that_warms_up() {
    let (model, reloader) = started(times(2));
    let next = times(3).life(ms(100), ms(0));
    let log = next.log();
    let mut early = pin!(reloader.replace(next));
    assert!(!poll(early.as_mut()));

    assert!(reloader.replace(times(4)).await.is_ok());

    assert!(matches!(early.await, Err(ReloadError::Superseded)));
    assert_eq!(log.warm_ups(), 0);
    assert_eq!(one(&model).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_model_is_superseded_whatever_becomes_of_the_later_one() {
    let (model, reloader) = started(times(2));
    let mut early = pin!(reloader.replace(times(3).life(ms(100), ms(0))));
    assert!(!poll(early.as_mut()));
    {
        let mut late = pin!(reloader.replace(times(4).life(ms(100), ms(0))));
        assert!(!poll(late.as_mut()));
    }

    assert!(matches!(early.await, Err(ReloadError::Superseded)));
    assert_eq!(one(&model).await, 2);
}

#[tokio::test(start_paused = true)]
async fn the_future_of_an_earlier_model_leaves_the_later_one_alone() {
    let (model, reloader) = started(times(2));
    let mut early = Box::pin(reloader.replace(times(3).life(ms(100), ms(0))));
    assert!(!poll(early.as_mut()));
    let mut late = pin!(reloader.replace(times(4).life(ms(100), ms(0))));
    assert!(!poll(late.as_mut()));

    drop(early);

    assert!(late.await.unwrap().is_some());
    assert_eq!(one(&model).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_nobody_waits_for_is_withdrawn() {
    let (mut model, reloader) = Reload::new(times(2));
    let next = times(3).life(ms(100), ms(0));
    let log = next.log();
    {
        let mut replacing = pin!(reloader.replace(times(3)));
        assert!(!poll(replacing.as_mut()), "the stage has not started");
    }
    model.start(&Workers::new(|_, _| Ok(()))).unwrap();
    assert_eq!(one(&model).await, 2);
    {
        let mut replacing = pin!(reloader.replace(next));
        assert!(!poll(replacing.as_mut()), "it warms up");
    }
    tokio::time::sleep(ms(200)).await;
    assert_eq!((one(&model).await, log.warm_ups()), (2, 0));

    assert!(reloader.replace(times(4)).await.unwrap().is_some());
    assert_eq!(one(&model).await, 4);
}

#[tokio::test(start_paused = true)]
async fn an_old_model_that_nobody_waits_for_is_dropped_after_its_last_batch() {
    let held = Arc::new("y");
    let old = Arc::downgrade(&held);
    let first = Mock::new(doubler().signature().clone(), move |mut inputs| {
        Tensors::new().with(*held, inputs.remove("x").unwrap())
    });
    let (model, reloader) = started(first.latency(ms(50), ms(0)));
    let mut last = pin!(one(&model));
    assert!(!poll(last.as_mut()));
    {
        let mut replacing = pin!(reloader.replace(times(3)));
        assert!(!poll(replacing.as_mut()), "the last batch is in flight");
    }
    assert_eq!(one(&model).await, 3);
    assert!(old.upgrade().is_some());

    assert_eq!(last.await, 1);

    assert!(old.upgrade().is_none());
}

#[tokio::test(start_paused = true)]
async fn after_the_end_nothing_is_replaced() {
    let (model, reloader) = started(times(2));
    let next = times(3).life(ms(100), ms(10));
    let log = next.log();
    let mut warming = pin!(reloader.replace(next));
    assert!(!poll(warming.as_mut()));

    model.shutdown().await;

    assert_eq!((log.warm_ups(), log.shutdowns()), (0, 1));
    assert!(matches!(warming.await, Err(ReloadError::NotRunning)));
    let late = reloader.replace(times(3)).await;
    assert!(matches!(late, Err(ReloadError::NotRunning)));
}

#[tokio::test]
async fn a_stage_that_never_starts_replaces_nothing() {
    let (model, reloader) = Reload::new(times(2));
    let (replaced, ()) = tokio::join!(reloader.replace(times(3)), async { drop(model) });

    assert!(matches!(replaced, Err(ReloadError::NotRunning)));
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_ends_before_the_old_model_shuts_it_down() {
    let old = times(2).latency(ms(50), ms(0));
    let log = old.log();
    let (model, reloader) = started(old);
    let last = model.infer(Tensors::new().with("x", Tensor::new([1], vec![1]).unwrap()));
    let mut replacing = pin!(reloader.replace(times(3)));
    assert!(!poll(replacing.as_mut()));

    model.shutdown().await;

    assert_eq!(log.shutdowns(), 1);
    assert!(replacing.await.unwrap().is_none());
    drop(last);
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

    let error = reloader.replace(NeverStarts(used)).await;

    assert_eq!(
        error.err().unwrap().to_string(),
        "the new model cannot run, and the old one goes on: no memory is left",
    );
    let y = model.infer(x()).await.unwrap();
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
        reloader.replace(times(3).life(ms(10), ms(0)))
    );

    assert!(report.unwrap().unaccounted().is_empty());
    replaced.unwrap();
    let factors = factors.lock().unwrap();
    assert_eq!(factors.len(), 100);
    assert!(factors.is_sorted());
    assert_eq!((factors.first(), factors.last()), (Some(&2), Some(&3)));
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
        self.here("warm-up");
        let panics = self.panics;
        async move {
            assert_ne!(panics, "future of the warm-up", "as the test wants it");
            Ok(())
        }
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        self.model.infer(inputs)
    }
}

#[tokio::test]
async fn a_model_that_panics_before_its_first_batch_is_refused_and_the_old_one_goes_on() {
    for panics in ["start", "warm-up", "future of the warm-up"] {
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
            let replaced = reloader.replace(frail(factor, panics)).await;
            assert_eq!(ask().await, given, "{panics}");
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
