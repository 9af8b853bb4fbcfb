//! Faults of the device, planned by a test.
#![expect(
    unsafe_code,
    reason = "loading the library, and cudarc's calls that promise what they cannot check"
)]

mod support;

use std::{
    ffi::c_void,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    time::Duration,
};

use cudarc::driver::{
    CudaContext, CudaFunction, CudaStream, DriverError, result,
    sys::{self, CUevent_flags, CUresult},
};
use serde_json::json;
use support::{Emulator, add, load_add};

const OUT_OF_MEMORY: DriverError = DriverError(CUresult::CUDA_ERROR_OUT_OF_MEMORY);
const UNAVAILABLE: DriverError = DriverError(CUresult::CUDA_ERROR_DEVICE_UNAVAILABLE);

#[test]
fn no_device_is_what_initialising_says() {
    let _emulator = Emulator::with(r#"{"devices": 0}"#);
    assert_eq!(
        CudaContext::new(0).map(drop),
        Err(DriverError(CUresult::CUDA_ERROR_NO_DEVICE))
    );
}

#[test]
fn an_old_driver_says_so_and_takes_no_new_ptx() -> Result<(), DriverError> {
    let _emulator = Emulator::with(r#"{"driver_version": 10020}"#);
    let context = CudaContext::new(0)?;
    let mut version = 0;
    // SAFETY: the pointer is to a number that lives here.
    unsafe { sys::cuDriverGetVersion(&raw mut version) }.result()?;
    assert_eq!(version, 10_020);
    let refused = Err(DriverError(CUresult::CUDA_ERROR_UNSUPPORTED_PTX_VERSION));
    assert_eq!(load_add(&context).map(drop), refused);
    Ok(())
}

#[test]
fn an_old_device_takes_no_ptx_for_a_newer_one() -> Result<(), DriverError> {
    let _emulator = Emulator::with(r#"{"compute_capability": [7, 5]}"#);
    let context = CudaContext::new(0)?;
    assert_eq!(
        load_add(&context).map(drop),
        Err(DriverError(CUresult::CUDA_ERROR_NO_BINARY_FOR_GPU))
    );
    Ok(())
}

#[test]
fn the_nth_allocation_fails_and_the_next_does_not() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"faults": [{"on": "alloc", "nth": 2}]}"#);
    let stream = CudaContext::new(0)?.new_stream()?;
    let mut taken = Vec::new();
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(stream.alloc_zeros::<u8>(8).map(|slice| taken.push(slice)));
    }
    assert_eq!(answers, [Ok(()), Err(OUT_OF_MEMORY), Ok(())]);
    assert_eq!(emulator.report()["injected"], json!(1));
    Ok(())
}

#[test]
fn allocations_fail_above_so_many_bytes() -> Result<(), DriverError> {
    let _emulator =
        Emulator::with(r#"{"faults": [{"on": "alloc", "after_bytes": 100, "times": 9}]}"#);
    let stream = CudaContext::new(0)?.new_stream()?;
    assert_eq!(stream.alloc_zeros::<u8>(101).map(drop), Err(OUT_OF_MEMORY));
    stream.alloc_zeros::<u8>(100).map(drop)
}

#[test]
fn a_failed_launch_changes_nothing() -> Result<(), DriverError> {
    let _emulator = Emulator::with(r#"{"faults": [{"on": "launch", "nth": 1}]}"#);
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let function = load_add(&context)?;
    let there = stream.clone_htod(&[1.0_f32; 4])?;
    let mut out = stream.alloc_zeros::<f32>(4)?;
    let failed = add(&stream, &function, &mut out, &there, 1.0, 4);
    assert_eq!(
        failed,
        Err(DriverError(CUresult::CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES))
    );
    assert_eq!(stream.clone_dtoh(&out)?, [0.0; 4]);
    add(&stream, &function, &mut out, &there, 1.0, 4)?;
    assert_eq!(stream.clone_dtoh(&out)?, [2.0; 4]);
    Ok(())
}

#[test]
fn a_lost_device_stays_lost_but_takes_back_what_it_gave() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let there = stream.alloc_zeros::<u8>(8)?;
    emulator.control(r#"{"faults": [{"on": "call", "nth": 2, "sticky": true}]}"#);
    assert_eq!(result::ctx::synchronize(), Ok(()));
    for _ in 0..3 {
        assert_eq!(result::ctx::synchronize(), Err(UNAVAILABLE));
        assert_eq!(stream.synchronize(), Err(UNAVAILABLE));
    }
    drop((there, stream, context));
    let report = emulator.report();
    assert_eq!(
        (
            &report["allocations"],
            &report["streams"],
            &report["contexts"]
        ),
        (&json!(0), &json!(0), &json!(0))
    );
    Ok(())
}

#[test]
fn a_device_lost_in_mid_stream_lets_nobody_wait_for_ever() -> Result<(), DriverError> {
    let emulator = Emulator::with(
        r#"{"faults": [{"on": "copy", "nth": 2, "late": true, "error": "CUDA_ERROR_ECC_UNCORRECTABLE"}]}"#,
    );
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let event = context.new_event(Some(CUevent_flags::CU_EVENT_DEFAULT))?;
    let mut there = stream.clone_htod(&[1_u8; 8])?;
    stream.memcpy_htod(&[2_u8; 8], &mut there)?;
    let recorded = event.record(&stream);
    let lost = Err(DriverError(CUresult::CUDA_ERROR_ECC_UNCORRECTABLE));
    let waited = recorded.and_then(|()| event.synchronize());
    assert_eq!(waited, lost);
    assert_eq!(stream.synchronize(), lost);
    assert_eq!(
        emulator.violations(),
        [""; 0],
        "it is no fault of the program"
    );
    Ok(())
}

extern "C" fn count(counter: *mut c_void) {
    // SAFETY: both callers pass a counter that outlives the stream's work.
    unsafe { &*counter.cast::<AtomicU32>() }.fetch_add(1, SeqCst);
}

#[test]
fn a_host_function_runs_in_order_and_not_on_a_lost_device() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let counter = Arc::new(AtomicU32::new(0));
    let data = Arc::as_ptr(&counter).cast_mut().cast();
    // SAFETY: the counter lives until the stream has been waited for.
    unsafe { result::stream::launch_host_function(stream.cu_stream(), count, data) }?;
    stream.synchronize()?;
    assert_eq!(counter.load(SeqCst), 1);
    emulator.control(r#"{"faults": [{"on": "copy", "late": true}]}"#);
    let there = stream.clone_htod(&[1_u8]);
    // SAFETY: as above; it may be refused already.
    let late = unsafe { result::stream::launch_host_function(stream.cu_stream(), count, data) };
    assert!(late.and_then(|()| stream.synchronize()).is_err());
    assert_eq!(counter.load(SeqCst), 1);
    drop(there);
    Ok(())
}

#[test]
fn a_slow_copy_is_slow_and_right() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"faults": [{"on": "copy", "slow_us": 30000}]}"#);
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let begin = stream.record_event(Some(CUevent_flags::CU_EVENT_DEFAULT))?;
    let there = stream.clone_htod(&[4_u8; 4])?;
    let end = stream.record_event(Some(CUevent_flags::CU_EVENT_DEFAULT))?;
    end.synchronize()?;
    assert!(Duration::from_secs_f32(begin.elapsed_ms(&end)? / 1e3) >= Duration::from_millis(30));
    assert_eq!(stream.clone_dtoh(&there)?, [4; 4]);
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

/// One piece of work that any fault may hit.
fn work(
    stream: &Arc<CudaStream>,
    function: &CudaFunction,
    value: f32,
) -> Result<Vec<f32>, DriverError> {
    let there = stream.clone_htod(&[value; 8])?;
    let mut out = stream.alloc_zeros::<f32>(8)?;
    add(stream, function, &mut out, &there, 1.0, 8)?;
    stream.clone_dtoh(&out)
}

#[test]
fn ten_thousand_random_faults_leave_nothing_behind_and_nothing_wrong() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let function = load_add(&context)?;
    emulator.control(
        r#"{"random": {"rate": 0.3, "seed": 7, "on": ["alloc", "copy", "launch", "synchronise"]}}"#,
    );
    let mut failed = 0_u64;
    for round in 0_u16.. {
        match work(&stream, &function, f32::from(round)) {
            Ok(sums) => assert_eq!(sums, [f32::from(round) + 1.0; 8]),
            Err(_) => failed += 1,
        }
        if failed == 10_000 {
            break;
        }
    }
    emulator.control(r#"{"random": {"rate": 0, "on": []}}"#);
    stream.synchronize()?;
    let report = emulator.report();
    assert_eq!(
        (&report["allocations"], &report["pending"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(report["injected"].as_u64(), Some(failed));
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_faults() -> Result<(), DriverError> {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let _emulator = Emulator::with(r#"{"random": {"rate": 0.5, "seed": 3, "on": ["alloc"]}}"#);
        let stream = CudaContext::new(0)?.new_stream()?;
        let answers: Vec<bool> = (0..64)
            .map(|_| stream.alloc_zeros::<u8>(1).is_ok())
            .collect();
        runs.push(answers);
    }
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].contains(&true) && runs[0].contains(&false));
    Ok(())
}
