//! Too little memory, failures, and devices that are lost.

use std::num::NonZeroUsize;

use millpond::device::{CudaDevice, DeviceError};
use millpond::inference::{Backend, Cuda, ErrorClass, InferError};

use crate::emulator::Emulator;
use crate::models::{Echo, answer, batch, started, workers};

fn cause(error: &InferError) -> &DeviceError {
    match error {
        InferError::Terminal(cause) | InferError::Retryable(cause) => cause.downcast_ref().unwrap(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_batch_that_does_not_fit_the_memory_is_run_in_smaller_parts() {
    let emulator = Emulator::with(r#"{"memory_bytes": 8192}"#);
    let backend = started(Echo::of(16), 1);
    // 64,000 bytes do not fit, nor 32,000, nor 16,000; 8,000 do.
    let found = backend.infer(batch(0, 1000, 16)).await.unwrap();
    assert_eq!(found, answer(0, 1000, 16));

    let copies = emulator.count("copies");
    backend.infer(batch(0, 250, 16)).await.unwrap();
    // It stays so: two parts at once, and not another try of the whole.
    assert_eq!(emulator.count("copies") - copies, 4);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn a_row_that_does_not_fit_is_overload() {
    let emulator = Emulator::with(r#"{"memory_bytes": 8192}"#);
    let backend = started(Echo::of(4096), 1);
    let error = backend.infer(batch(0, 2, 4096)).await.unwrap_err();

    assert_eq!(error.class(), ErrorClass::Overloaded);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn a_call_that_fails_costs_its_batch_and_no_other() {
    let emulator = Emulator::fresh();
    let backend = started(Echo::of(1), 1);
    emulator.control(r#"{"faults": [{"on": "copy", "error": "CUDA_ERROR_INVALID_VALUE"}]}"#);
    let error = backend.infer(batch(0, 1, 1)).await.unwrap_err();

    assert_eq!(error.class(), ErrorClass::Retryable);
    assert_eq!(
        error.to_string(),
        "`cuMemcpyHtoDAsync_v2` says CUDA_ERROR_INVALID_VALUE; look this up in the \
         documentation of the CUDA driver, look at `nvidia-smi`, or choose `cpu`",
    );
    let found = backend.infer(batch(5, 2, 1)).await.unwrap();
    assert_eq!(found, answer(5, 2, 1));
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn a_device_that_is_lost_fails_every_batch_and_none_waits() {
    let emulator = Emulator::fresh();
    let backend = started(Echo::of(1), 2);
    emulator.control(
        r#"{"faults": [{"on": "copy", "nth": 3, "error": "CUDA_ERROR_ILLEGAL_ADDRESS",
            "sticky": true}]}"#,
    );
    assert!(backend.infer(batch(0, 1, 1)).await.is_ok());
    for _ in 0..5 {
        let error = backend.infer(batch(0, 1, 1)).await.unwrap_err();
        assert_eq!(error.class(), ErrorClass::Terminal);
        assert!(matches!(cause(&error), DeviceError::Lost { .. }), "{error}");
    }
    backend.shutdown().await;
}

#[tokio::test]
async fn a_device_that_fails_while_it_works_is_lost() {
    let emulator = Emulator::fresh();
    let backend = started(Echo::of(1), 1);
    emulator.control(
        r#"{"faults": [{"on": "copy", "nth": 2, "error": "CUDA_ERROR_LAUNCH_FAILED",
            "sticky": true, "late": true}]}"#,
    );
    let error = backend.infer(batch(0, 1, 1)).await.unwrap_err();

    assert!(matches!(cause(&error), DeviceError::Lost { .. }), "{error}");
    backend.shutdown().await;
}

#[tokio::test]
async fn the_other_device_goes_on_when_one_is_lost() {
    let emulator = Emulator::with(r#"{"devices": 2}"#);
    let devices = (0..2).map(|number| CudaDevice::open(number).unwrap());
    let mut backend = Cuda::on(Echo::of(1), devices.collect())
        .unwrap()
        .slots_each(NonZeroUsize::MIN);
    backend.start(&workers()).unwrap();
    emulator.control(
        r#"{"faults": [{"on": "copy", "error": "CUDA_ERROR_ILLEGAL_ADDRESS", "sticky": true}]}"#,
    );
    let error = backend.infer(batch(0, 1, 1)).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Retryable);

    for n in 0..6 {
        let found = backend.infer(batch(n, 3, 1)).await.unwrap();
        assert_eq!(found, answer(n, 3, 1));
    }
    backend.shutdown().await;
}
