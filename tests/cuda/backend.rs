//! Slots: how many batches are on their way, and when a slot is free again.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use futures::future::{join, join_all};
use millpond::device::{CudaDevice, DeviceError};
use millpond::inference::{Backend, Cuda, InferError};

use crate::emulator::Emulator;
use crate::models::{Echo, answer, batch, started, workers};

#[tokio::test]
async fn a_batch_comes_back_row_for_row() {
    let emulator = Emulator::fresh();
    let backend = started(Echo::of(3), 2);
    let answers = join_all((0..40).map(|n| backend.infer(batch(n * 100, n, 3))));
    for (n, found) in (0..40).zip(answers.await) {
        if n == 13 {
            let error = found.unwrap_err();
            assert_eq!(error.to_string(), "the model panicked: thirteen rows");
        } else {
            assert_eq!(found.unwrap(), answer(n * 100, n, 3));
        }
    }
    backend.shutdown().await;

    emulator.assert_clean();
}

#[tokio::test]
async fn a_batch_larger_than_a_part_is_run_in_parts() {
    let emulator = Emulator::fresh();
    let mut backend = Cuda::open(Echo::of(2), 0)
        .unwrap()
        .max_part(NonZeroUsize::new(4).unwrap());
    backend.start(&workers()).unwrap();

    let found = backend.infer(batch(7, 11, 2)).await.unwrap();
    assert_eq!(found, answer(7, 11, 2));
    // Three parts, in and out.
    assert_eq!(emulator.count("copies"), 6);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn a_batch_that_does_not_fit_never_reaches_the_device() {
    let emulator = Emulator::fresh();
    let backend = started(Echo::of(2), 1);
    let error = backend.infer(batch(0, 4, 3)).await.unwrap_err();

    assert!(matches!(error, InferError::Batch { .. }), "{error}");
    assert_eq!(emulator.count("copies"), 0);
}

#[tokio::test]
async fn a_backend_that_was_not_started_is_not_running() {
    let _emulator = Emulator::fresh();
    let backend = Cuda::open(Echo::of(1), 0).unwrap();
    let error = backend.infer(batch(0, 1, 1)).await.unwrap_err();

    assert!(matches!(error, InferError::NotRunning), "{error}");
}

/// Runs eight batches, of which so many are to be on devices at once: none of
/// their copies ends before so many have begun.
async fn at_once(emulator: &Emulator, backend: &Cuda<Echo>, count: u64) {
    emulator.control(r#"{"faults": [{"on": "copy", "times": 1000, "hold": true}]}"#);
    let answers = join_all((0..8).map(|n| backend.infer(batch(n, 1, 1))));
    let begun = async {
        emulator.reaches("copies", count).await;
        emulator.control(r#"{"faults": [], "release": true}"#);
    };
    let (answers, ()) = join(answers, begun).await;
    for (n, found) in (0..8).zip(answers) {
        assert_eq!(found.unwrap(), answer(n, 1, 1));
    }
}

#[tokio::test]
async fn copies_of_several_slots_are_under_way_at_once() {
    let emulator = Emulator::fresh();
    let backend = started(Echo::of(1), 4);
    at_once(&emulator, &backend, 4).await;

    assert_eq!(emulator.count("copies"), 16);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn a_dropped_batch_gives_its_slot_back_once_the_device_is_done() {
    let emulator = Emulator::with(r#"{"delay": {"copy_us": 30000}}"#);
    let backend = started(Echo::of(1), 1);
    {
        let mut given_up = pin!(backend.infer(batch(1, 1, 1)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(
            given_up.as_mut().poll(&mut context),
            Poll::Pending
        ));
        emulator.reaches("copies", 1).await;
    }
    let found = backend.infer(batch(2, 1, 1)).await.unwrap();

    assert_eq!(found, answer(2, 1, 1));
    assert_eq!(emulator.count("copies"), 4);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn shutdown_waits_for_the_device() {
    let emulator = Emulator::with(r#"{"delay": {"copy_us": 30000}}"#);
    let backend = started(Echo::of(1), 2);
    let mut answers: Vec<_> = (0..2)
        .map(|n| Box::pin(backend.infer(batch(n, 1, 1))))
        .collect();
    let mut context = Context::from_waker(Waker::noop());
    for answer in &mut answers {
        assert!(matches!(answer.as_mut().poll(&mut context), Poll::Pending));
    }
    emulator.reaches("copies", 2).await;
    backend.shutdown().await;
    assert_eq!(emulator.count("pending"), 0);
    for (n, found) in (0..2).zip(join_all(answers).await) {
        assert_eq!(found.unwrap(), answer(n, 1, 1));
    }
    emulator.assert_clean();
}

#[tokio::test]
async fn warming_up_makes_every_slot_ready() {
    let emulator = Emulator::fresh();
    let backend = started(Echo::of(2), 3);
    backend.warm_up().await.unwrap();

    assert_eq!(emulator.count("pinned"), 6);
    assert_eq!(emulator.count("copies"), 6);
}

#[tokio::test]
async fn a_backend_that_is_started_again_has_no_more_slots() {
    let emulator = Emulator::fresh();
    let mut backend = started(Echo::of(1), 2);
    let streams = emulator.count("streams");
    backend.start(&workers()).unwrap();

    assert_eq!(emulator.count("streams"), streams);
    let found = backend.infer(batch(0, 1, 1)).await.unwrap();
    assert_eq!(found, answer(0, 1, 1));
    backend.shutdown().await;
    emulator.assert_clean();
}

#[test]
fn a_model_larger_than_the_device_is_refused_when_it_is_opened() {
    let emulator = Emulator::with(r#"{"memory_bytes": 65536}"#);
    let error = Cuda::open(Echo::of(1).taking(100_000), 0).unwrap_err();

    let text = error.to_string();
    assert!(
        text.contains("alone, without any batch, takes 100000 bytes"),
        "{text}"
    );
    let DeviceError::ModelTooLarge { needed, free } = error else {
        panic!("{text}");
    };
    assert_eq!(needed, 100_000);
    assert!(free <= 65_536);
    emulator.assert_clean();
}

#[tokio::test]
async fn several_devices_take_turns() {
    let emulator = Emulator::with(r#"{"devices": 2}"#);
    let devices = (0..2).map(|number| CudaDevice::open(number).unwrap());
    let mut backend = Cuda::on(Echo::of(1), devices.collect())
        .unwrap()
        .slots_each(NonZeroUsize::MIN);
    backend.start(&workers()).unwrap();
    assert_eq!(backend.slots().get(), 2);

    // Each device has one slot, so two copies at once are on two devices.
    at_once(&emulator, &backend, 2).await;
    backend.shutdown().await;
    emulator.assert_clean();
}
