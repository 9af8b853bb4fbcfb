//! Faults of the program under test, each planted here and each found.
#![expect(
    unsafe_code,
    reason = "loading the library, and doing with cudarc what must not be done"
)]

mod support;

use std::{
    ffi::c_void,
    slice,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
};

use cudarc::driver::{CudaContext, CudaStream, DriverError, result, sys::CUresult};
use serde_json::json;
use support::{Emulator, add, load_add};

/// A context whose streams order nothing by themselves.
fn bare_context() -> Result<Arc<CudaContext>, DriverError> {
    let context = CudaContext::new(0)?;
    // SAFETY: what this leaves to the caller is what is tested.
    unsafe { context.disable_event_tracking() };
    Ok(context)
}

fn found(emulator: &Emulator, text: &str) -> bool {
    emulator
        .violations()
        .iter()
        .any(|violation| violation.contains(text))
}

/// Uploads on one stream, adds on the other, and returns what comes out.
fn upload_and_add(wait: bool) -> Result<Vec<f32>, DriverError> {
    let context = bare_context()?;
    let (copies, kernels) = (context.new_stream()?, context.new_stream()?);
    let function = load_add(&context)?;
    let mut out = kernels.alloc_zeros::<f32>(64)?;
    let mut there = copies.alloc_zeros::<f32>(64)?;
    copies.synchronize()?;
    copies.memcpy_htod(&[1.0_f32; 64], &mut there)?;
    if wait {
        kernels.join(&copies)?;
    }
    add(&kernels, &function, &mut out, &there, 1.0, 64)?;
    let sums = kernels.clone_dtoh(&out)?;
    context.synchronize()?;
    Ok(sums)
}

#[test]
fn a_missing_wait_gives_a_wrong_result_and_is_named() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"delay": {"copy_us": 50000}}"#);
    assert_eq!(upload_and_add(true)?, [2.0; 64]);
    assert_eq!(emulator.violations(), [""; 0]);
    assert_eq!(
        upload_and_add(false)?,
        [1.0; 64],
        "the zeros from before the copy, plus one"
    );
    assert!(
        found(&emulator, "missing wait: "),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}

#[test]
fn a_missing_wait_is_named_even_when_the_result_is_right() -> Result<(), DriverError> {
    // The copy is done long before the kernel begins; nothing says that it
    // always is.
    let emulator = Emulator::with(r#"{"delay": {"launch_us": 100000}}"#);
    assert_eq!(upload_and_add(false)?, [2.0; 64]);
    assert!(
        found(&emulator, "missing wait: kernel add"),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}

#[test]
fn a_double_free_is_refused_and_named() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    // SAFETY: the second free is the fault, and the emulator refuses it.
    let again = unsafe {
        let address = result::malloc_async(stream.cu_stream(), 256)?;
        result::free_async(address, stream.cu_stream())?;
        result::free_async(address, stream.cu_stream())
    };
    assert_eq!(again, Err(DriverError(CUresult::CUDA_ERROR_INVALID_VALUE)));
    assert!(
        found(&emulator, "double free"),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}

#[test]
fn a_kernel_out_of_bounds_loses_the_device_and_is_named() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let function = load_add(&context)?;
    let there = stream.clone_htod(&[1.0_f32; 60])?;
    let mut out = stream.alloc_zeros::<f32>(60)?;
    add(&stream, &function, &mut out, &there, 1.0, 61)?;
    let illegal = DriverError(CUresult::CUDA_ERROR_ILLEGAL_ADDRESS);
    assert_eq!(stream.synchronize(), Err(illegal));
    assert_eq!(
        context.new_stream().map(drop),
        Err(illegal),
        "nothing works any more"
    );
    assert!(
        found(&emulator, "kernel `add`, PTX line 34"),
        "{:?}",
        emulator.violations()
    );
    assert!(
        found(&emulator, "reach 4 bytes past the end of allocation 1"),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}

/// Copies pinned memory there and back; between, the host does as told.
fn there_and_back(
    stream: &Arc<CudaStream>,
    host: impl FnOnce(&mut [u8], &CudaStream),
) -> Result<Vec<u8>, DriverError> {
    // SAFETY: the block lives to the end of this function; using it too early
    // is the fault, and only bytes are in it.
    unsafe {
        let pointer = result::malloc_host(64, 0)?.cast::<u8>();
        let pinned = slice::from_raw_parts_mut(pointer, 64);
        pinned.fill(1);
        let mut there = stream.alloc_zeros::<u8>(64)?;
        result::memcpy_htod_async(
            cudarc::driver::DevicePtrMut::device_ptr_mut(&mut there, stream).0,
            pinned,
            stream.cu_stream(),
        )?;
        host(pinned, stream);
        let back = stream.clone_dtoh(&there)?;
        result::free_host(pointer.cast())?;
        Ok(back)
    }
}

#[test]
fn a_slot_written_before_its_copy_ended_gives_a_wrong_result_and_is_named()
-> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"delay": {"copy_us": 20000}}"#);
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let waited = there_and_back(&stream, |pinned, stream| {
        stream.synchronize().unwrap();
        pinned.fill(2);
    })?;
    assert_eq!(waited, [1; 64]);
    assert_eq!(emulator.violations(), [""; 0]);
    let early = there_and_back(&stream, |pinned, _| pinned.fill(2))?;
    assert_eq!(early, [2; 64]);
    assert!(
        found(&emulator, "was written before the copy"),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}

#[test]
fn a_slot_read_before_its_copy_ended_holds_poison() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"delay": {"copy_us": 50000}}"#);
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let there = stream.clone_htod(&[3_u8; 64])?;
    stream.synchronize()?;
    // SAFETY: the block lives until the copy has ended; reading it before is
    // the fault, and only bytes are in it.
    unsafe {
        let pointer = result::malloc_host(64, 0)?.cast::<u8>();
        let pinned = slice::from_raw_parts_mut(pointer, 64);
        result::memcpy_dtoh_async(
            pinned,
            cudarc::driver::DevicePtr::device_ptr(&there, &stream).0,
            stream.cu_stream(),
        )?;
        assert_eq!(pointer.read_volatile(), 0xCD, "too early");
        stream.synchronize()?;
        assert_eq!(pointer.read_volatile(), 3);
        result::free_host(pointer.cast())?;
    }
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

#[test]
fn a_slot_freed_before_its_copy_ended_is_named() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"delay": {"copy_us": 20000}}"#);
    let context = bare_context()?;
    let stream = context.new_stream()?;
    // SAFETY: freeing too early is the fault; the emulator keeps the bytes.
    unsafe {
        let pointer = result::malloc_host(64, 0)?;
        let there = result::malloc_async(stream.cu_stream(), 64)?;
        result::memcpy_htod_async(
            there,
            slice::from_raw_parts(pointer.cast::<u8>(), 64),
            stream.cu_stream(),
        )?;
        result::free_host(pointer)?;
        result::free_async(there, stream.cu_stream())?;
    }
    stream.synchronize()?;
    assert!(
        found(&emulator, "was freed before a copy that uses it had ended"),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}

#[test]
fn a_leaked_slot_is_counted_and_named_when_its_context_ends() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let _address = stream.alloc_zeros::<u8>(96)?.leak();
    stream.synchronize()?;
    let report = emulator.report();
    assert_eq!(
        (&report["allocations"], &report["bytes"]),
        (&json!(1), &json!(96))
    );
    drop((stream, context));
    assert!(
        found(&emulator, "leak: allocation 1 (96 bytes"),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}

#[test]
fn an_output_not_fully_written_holds_poison_and_is_named() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let function = load_add(&context)?;
    let there = stream.clone_htod(&[1.0_f32; 64])?;
    // SAFETY: left unwritten on purpose; any bytes are a number.
    let mut out = unsafe { stream.alloc::<f32>(64)? };
    add(&stream, &function, &mut out, &there, 1.0, 63)?;
    let sums = stream.clone_dtoh(&out)?;
    assert_eq!(sums[..63], [2.0; 63]);
    assert_eq!(sums[63].to_ne_bytes(), [0xCD; 4]);
    assert!(
        found(
            &emulator,
            "reads byte 252 of allocation 2, which nothing wrote"
        ),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}

extern "C" fn create_a_stream(answer: *mut c_void) {
    let created = result::stream::create(result::stream::StreamKind::NonBlocking);
    let refused = created == Err(DriverError(CUresult::CUDA_ERROR_NOT_PERMITTED));
    // SAFETY: the answer outlives the stream's work.
    unsafe { &*answer.cast::<AtomicBool>() }.store(refused, SeqCst);
}

#[test]
fn a_host_function_that_calls_the_driver_is_refused_and_named() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let refused = AtomicBool::new(false);
    // SAFETY: the answer lives until the stream has been waited for.
    unsafe {
        result::stream::launch_host_function(
            stream.cu_stream(),
            create_a_stream,
            (&raw const refused).cast_mut().cast(),
        )
    }?;
    stream.synchronize()?;
    assert!(refused.load(SeqCst));
    assert!(
        found(&emulator, "calls the driver"),
        "{:?}",
        emulator.violations()
    );
    Ok(())
}
