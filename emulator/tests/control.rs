//! What a test can ask of the emulator, and what it is told.
#![expect(
    unsafe_code,
    reason = "loading the library, and doing with cudarc what must not be done"
)]

mod support;

use cudarc::driver::{CudaContext, DriverError, result, sys::CUresult};
use serde_json::json;
use support::{Emulator, HOLD_COPY, HOLD_LAUNCH, RELEASE, add, bare_context, load_add};

#[test]
fn a_control_that_is_not_understood_changes_nothing_and_says_why() {
    let emulator = Emulator::fresh();
    assert_eq!(emulator.answer_of(r#"{"memory_bites": 1}"#), 1);
    assert_eq!(
        emulator.answer_of(r#"{"faults": [{"on": "alloc", "error": "CUDA_ERROR_WHATEVER"}]}"#),
        1
    );
    let violations = emulator.violations();
    assert!(violations[0].contains("memory_bites"), "{violations:?}");
    assert!(
        violations[1].contains("CUDA_ERROR_WHATEVER"),
        "{violations:?}"
    );
    assert_eq!(emulator.report()["injected"], json!(0));
}

#[test]
fn a_reset_forgets_memory_handles_and_violations() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let there = stream.alloc_zeros::<u8>(8)?;
    emulator.control(r#"{"reset": true}"#);
    let report = emulator.report();
    assert_eq!(
        (&report["allocations"], &report["streams"], &report["calls"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert_eq!(
        stream.synchronize(),
        Err(DriverError(CUresult::CUDA_ERROR_NOT_INITIALIZED))
    );
    drop((there, stream, context));
    Ok(())
}

#[test]
fn what_runs_at_a_reset_does_no_harm_afterwards() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    for _ in 0..5 {
        let context = CudaContext::new(0)?;
        let stream = context.new_stream()?;
        let mut there = stream.alloc_zeros::<u8>(8)?;
        stream.synchronize()?;
        emulator.control(HOLD_COPY);
        stream.memcpy_htod(&[1_u8; 8], &mut there)?;
        emulator.wait_for("copies", 1);
        // Lets the copy go on, to memory that is not there any more.
        emulator.control(r#"{"reset": true}"#);
        drop((there, stream, context));

        let context = CudaContext::new(0)?;
        let stream = context.new_stream()?;
        for _ in 0..50 {
            drop(stream.clone_htod(&[1_u8; 8])?);
            stream.synchronize()?;
        }
        drop((stream, context));
        assert_eq!(emulator.violations(), [""; 0]);
        emulator.control(r#"{"reset": true}"#);
    }
    Ok(())
}

#[test]
fn pinned_memory_is_counted_and_can_run_out() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"faults": [{"on": "host_alloc", "nth": 2}]}"#);
    let context = CudaContext::new(0)?;
    // SAFETY: nothing reads the memory.
    let pinned = unsafe { context.alloc_pinned::<f32>(25) }?;
    // SAFETY: as above.
    let more = unsafe { context.alloc_pinned::<f32>(25) };
    assert_eq!(
        more.map(drop),
        Err(DriverError(CUresult::CUDA_ERROR_OUT_OF_MEMORY))
    );
    let report = emulator.report();
    assert_eq!(
        (&report["pinned"], &report["pinned_bytes"]),
        (&json!(1), &json!(100))
    );
    drop(pinned);
    assert_eq!(emulator.report()["pinned"], json!(0));
    Ok(())
}

#[test]
fn copies_and_launches_at_once_are_counted() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let (copies, kernels) = (context.new_stream()?, context.new_stream()?);
    let function = load_add(&context)?;
    let there = kernels.clone_htod(&[1.0_f32; 4])?;
    let mut out = kernels.alloc_zeros::<f32>(4)?;
    kernels.synchronize()?;
    assert_eq!(emulator.report()["overlapped"], json!(0));
    emulator.control(HOLD_LAUNCH);
    add(&kernels, &function, &mut out, &there, 1.0, 4)?;
    emulator.wait_for("launches", 1);
    let beside = copies.clone_htod(&[1_u8; 4])?;
    copies.synchronize()?;
    assert_eq!(emulator.report()["overlapped"], json!(1));
    emulator.control(RELEASE);
    kernels.synchronize()?;
    drop(beside);
    Ok(())
}

#[test]
fn unwritten_bytes_are_let_pass_where_a_test_says_so() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"report_unwritten": false}"#);
    let stream = CudaContext::new(0)?.new_stream()?;
    // SAFETY: left unwritten on purpose; any bytes are a number.
    let there = unsafe { stream.alloc::<u8>(2) }?;
    assert_eq!(stream.clone_dtoh(&there)?, [0xCD; 2]);
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

#[test]
fn a_stream_or_event_that_is_gone_is_named() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let _context = CudaContext::new(0)?;
    let invalid = Err(DriverError(CUresult::CUDA_ERROR_INVALID_HANDLE));
    // SAFETY: the second time each is the fault, and the emulator refuses it.
    unsafe {
        let stream = result::stream::create(result::stream::StreamKind::NonBlocking)?;
        result::stream::destroy(stream)?;
        assert_eq!(result::stream::synchronize(stream), invalid);
        assert_eq!(result::stream::destroy(stream), invalid);
        let event = result::event::create(cudarc::driver::sys::CUevent_flags::CU_EVENT_DEFAULT)?;
        result::event::destroy(event)?;
        assert_eq!(result::event::destroy(event), invalid);
    }
    let violations = emulator.violations();
    assert_eq!(
        violations
            .iter()
            .filter(|text| text.contains("stream") && text.contains("is not there"))
            .count(),
        2
    );
    assert_eq!(
        violations
            .iter()
            .filter(|text| text.contains("event"))
            .count(),
        1
    );
    Ok(())
}

#[test]
fn memory_that_a_kernel_uses_after_its_free_is_named() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let function = load_add(&context)?;
    let there = stream.clone_htod(&[1.0_f32; 4])?;
    let mut out = stream.alloc_zeros::<f32>(4)?;
    let address = cudarc::driver::DevicePtr::device_ptr(&there, &stream).0;
    // SAFETY: freeing before the launch is the fault.
    unsafe { result::free_async(address, stream.cu_stream()) }?;
    // The launch itself may already learn of it.
    let launched = add(&stream, &function, &mut out, &there, 1.0, 4);
    assert_eq!(
        launched.and_then(|()| stream.synchronize()),
        Err(DriverError(CUresult::CUDA_ERROR_ILLEGAL_ADDRESS))
    );
    assert!(
        emulator.violations()[0].contains("lie in allocation 1, which was freed"),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}
