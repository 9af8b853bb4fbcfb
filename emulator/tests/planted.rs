//! Faults of the program under test, each planted here and each found.
#![expect(
    unsafe_code,
    reason = "loading the library, and doing with cudarc what must not be done"
)]

mod support;

use std::{
    ffi::c_void,
    slice,
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

use cudarc::driver::{DevicePtr, DriverError, result, sys::CUresult};
use serde_json::json;
use support::{Emulator, HOLD_COPY, RELEASE, add, bare_context, load_add};

fn found(emulator: &Emulator, text: &str) -> bool {
    emulator
        .violations()
        .iter()
        .any(|violation| violation.contains(text))
}

/// Uploads on one stream, which is held, and adds on another.
fn upload_and_add(emulator: &Emulator, wait: bool) -> Result<Vec<f32>, DriverError> {
    let context = bare_context()?;
    let (copies, kernels) = (context.new_stream()?, context.new_stream()?);
    let function = load_add(&context)?;
    let mut out = kernels.alloc_zeros::<f32>(64)?;
    let mut there = copies.alloc_zeros::<f32>(64)?;
    copies.synchronize()?;
    emulator.control(HOLD_COPY);
    copies.memcpy_htod(&[1.0_f32; 64], &mut there)?;
    if wait {
        kernels.join(&copies)?;
        emulator.control(RELEASE);
    }
    add(&kernels, &function, &mut out, &there, 1.0, 64)?;
    let sums = kernels.clone_dtoh(&out)?;
    emulator.control(RELEASE);
    context.synchronize()?;
    Ok(sums)
}

#[test]
fn a_missing_wait_gives_a_wrong_result_and_is_named() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    assert_eq!(upload_and_add(&emulator, true)?, [2.0; 64]);
    assert_eq!(emulator.violations(), [""; 0]);
    assert_eq!(
        upload_and_add(&emulator, false)?,
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
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let (copies, kernels) = (context.new_stream()?, context.new_stream()?);
    let function = load_add(&context)?;
    let mut out = kernels.alloc_zeros::<f32>(64)?;
    kernels.synchronize()?;
    let there = copies.clone_htod(&[1.0_f32; 64])?;
    // The copy is done long before the kernel begins, but the program has
    // nothing that says so.
    emulator.wait_for("pending", 0);
    add(&kernels, &function, &mut out, &there, 1.0, 64)?;
    assert_eq!(kernels.clone_dtoh(&out)?, [2.0; 64]);
    assert!(
        found(&emulator, "missing wait: kernel add"),
        "{:?}",
        emulator.violations()
    );
    context.synchronize()
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
        found(&emulator, "kernel `add`, PTX line 31"),
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

/// A pinned block of 64 bytes, all `value`.
fn pinned(value: u8) -> Result<&'static mut [u8], DriverError> {
    // SAFETY: every test frees the block at its end and not before, but where
    // that is the fault; the emulator keeps the bytes then.
    let block = unsafe { slice::from_raw_parts_mut(result::malloc_host(64, 0)?.cast::<u8>(), 64) };
    block.fill(value);
    Ok(block)
}

fn free(pinned: &mut [u8]) -> Result<(), DriverError> {
    // SAFETY: `pinned` is from the function of that name.
    unsafe { result::free_host(pinned.as_mut_ptr().cast()) }
}

#[test]
fn a_slot_written_before_its_copy_ended_gives_a_wrong_result_and_is_named()
-> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    for wait in [true, false] {
        let there = stream.alloc_zeros::<u8>(64)?;
        let slot = pinned(1)?;
        emulator.control(HOLD_COPY);
        // SAFETY: both ends live until the stream has been waited for.
        unsafe {
            result::memcpy_htod_async(there.device_ptr(&stream).0, slot, stream.cu_stream())
        }?;
        if wait {
            emulator.control(RELEASE);
            stream.synchronize()?;
        }
        slot.fill(2);
        emulator.control(RELEASE);
        assert_eq!(stream.clone_dtoh(&there)?, [if wait { 1 } else { 2 }; 64]);
        assert_eq!(
            found(&emulator, "was written before the copy"),
            !wait,
            "{:?}",
            emulator.violations()
        );
        free(slot)?;
    }
    Ok(())
}

#[test]
fn a_slot_read_before_its_copy_ended_holds_poison() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let there = stream.clone_htod(&[3_u8; 64])?;
    stream.synchronize()?;
    let slot = pinned(3)?;
    let begun = emulator.report()["copies"].as_u64().unwrap() + 1;
    emulator.control(HOLD_COPY);
    // SAFETY: both ends live until the stream has been waited for.
    unsafe { result::memcpy_dtoh_async(slot, there.device_ptr(&stream).0, stream.cu_stream()) }?;
    emulator.wait_for("copies", begun);
    assert_eq!(
        slot, [0xCD; 64],
        "even though what was there is what will be there"
    );
    emulator.control(RELEASE);
    stream.synchronize()?;
    assert_eq!(slot, [3; 64]);
    assert_eq!(emulator.violations(), [""; 0]);
    free(slot)
}

#[test]
fn a_slot_freed_before_its_copy_ended_is_named() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let there = stream.alloc_zeros::<u8>(64)?;
    let slot = pinned(1)?;
    emulator.control(HOLD_COPY);
    // SAFETY: that one end does not live long enough is the fault.
    unsafe { result::memcpy_htod_async(there.device_ptr(&stream).0, slot, stream.cu_stream()) }?;
    free(slot)?;
    emulator.control(RELEASE);
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
