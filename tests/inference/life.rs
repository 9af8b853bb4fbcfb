//! What a backend goes through beside its batches: warm-up and shutdown.

use std::future::ready;
use std::sync::{Arc, Mutex};

use millpond::inference::{Backend, Infer, InferError, Mock, Signature};
use millpond::message::Tensors;
use millpond::node::Workers;
use millpond::runtime::Ending;
use millpond::stages::{FromIter, Queue};
use millpond::{Pipeline, RunOptions};
use tokio::time::Instant;

use super::support::{Number, doubler, doubles, ms, run, slots};

#[tokio::test(start_paused = true)]
async fn no_message_is_taken_before_the_backend_is_warm() {
    let model = doubler().life(ms(40), ms(0));
    let log = model.log();
    let (sender, queue) = Queue::bounded(slots(1));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (to, start) = (Arc::clone(&seen), Instant::now());
    let pipeline = Pipeline::named("warm")
        .source(queue)
        .stage(doubles(model).batch(1, ms(5)))
        .for_each("results", move |_| to.lock().unwrap().push(start.elapsed()));
    let send = async {
        sender.send(Number::from(1)).await.unwrap();
        assert!(log.batches().is_empty());
        drop(sender);
    };

    let (report, ()) = tokio::join!(pipeline.run_local(RunOptions::new()), send);

    assert_eq!(report.unwrap().ending, Ending::Completed);
    assert_eq!(*seen.lock().unwrap(), [ms(40)]);
    assert_eq!(log.warm_ups(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_run_waits_for_the_shutdown_and_the_outlets_do_not() {
    let model = doubler().life(ms(0), ms(70));
    let log = model.log();
    let (at_end, start) = (Arc::new(Mutex::new(None)), Instant::now());
    let to = Arc::clone(&at_end);
    let pipeline = Pipeline::named("shutdown");
    pipeline
        .source(FromIter::new((0..3).map(Number::from).collect::<Vec<_>>()))
        .stage(doubles(model))
        .consume("results", move |flow| async move {
            flow.for_each(drop).await;
            *to.lock().unwrap() = Some(start.elapsed());
            Ok::<_, InferError>(())
        });

    pipeline.run_local(RunOptions::new()).await.unwrap();

    assert_eq!(*at_end.lock().unwrap(), Some(ms(0)));
    assert_eq!(start.elapsed(), ms(70));
    assert_eq!(log.shutdowns(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_past_its_limit_is_dropped() {
    let model = doubler().life(ms(0), ms(60_000));
    let log = model.log();
    let start = Instant::now();

    let outcome = run(
        doubles(model).shutdown_limit(ms(300)),
        [Number::from(1), Number::from(2)],
    )
    .await
    .unwrap();

    assert_eq!(outcome.doubled.len(), 2);
    assert_eq!(start.elapsed(), ms(300));
    assert_eq!(log.shutdowns(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_leaves_shuts_the_backend_down() {
    let model = doubler().life(ms(0), ms(1));
    let log = model.log();
    let pipeline = Pipeline::named("left");
    pipeline
        .source(FromIter::new((0..1000).map(Number::from)))
        .stage(doubles(model).batch(1, ms(5)))
        .node("few", |flow| flow.take(2))
        .for_each("results", drop);

    pipeline.run_local(RunOptions::new()).await.unwrap();

    assert_eq!(log.shutdowns(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_aborted_run_drops_the_backend() {
    let model = doubler().hang(0);
    let log = model.log();
    let pipeline = Pipeline::named("aborted")
        .source(FromIter::new((0..10).map(Number::from).collect::<Vec<_>>()))
        .stage(doubles(model))
        .for_each("results", drop);
    {
        let run = pipeline.run_local(RunOptions::new());
        assert!(tokio::time::timeout(ms(50), run).await.is_err());
    }

    assert_eq!(log.shutdowns(), 0);
    assert_eq!(log.in_flight(), 0);
}

/// Fails to warm up.
struct NeverWarm(Mock);

impl Backend for NeverWarm {
    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn start(&mut self, workers: &Workers) -> Result<(), InferError> {
        self.0.start(workers)
    }

    fn warm_up(&self) -> impl Future<Output = Result<(), InferError>> + use<> {
        ready(Err(InferError::terminal("the weights do not fit")))
    }

    fn infer(&self, inputs: Tensors) -> impl Future<Output = Result<Tensors, InferError>> + use<> {
        self.0.infer(inputs)
    }

    fn shutdown(self) -> impl Future<Output = ()> + use<> {
        self.0.shutdown()
    }
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_does_not_warm_up_ends_the_run_with_its_reason() {
    let model = doubler();
    let log = model.log();
    let stage = Infer::with(NeverWarm(model))
        .input("x", [], |number: &Number| &number.0)
        .output("y", |_, y: &[i32]| y[0]);
    let error = Pipeline::named("cold")
        .source(FromIter::new([Number::from(1)]))
        .stage(stage)
        .for_each("results", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap_err();

    assert_eq!(
        error.to_string(),
        "stage `infer`, node `infer` failed: the weights do not fit",
    );
    assert!(log.batches().is_empty());
    assert_eq!(log.shutdowns(), 0);
}
