//! The emulator as a driver: what cudarc asks of it, it does.
#![expect(
    unsafe_code,
    reason = "loading the library, and cudarc's calls that promise what they cannot check"
)]

mod support;

use std::thread;

use cudarc::driver::{
    CudaContext, DevicePtr, DriverError,
    result::{
        self,
        stream::{StreamKind, create, destroy},
    },
    sys::{
        CUevent_flags, CUgraphInstantiate_flags, CUmemPool_attribute as Attribute, CUresult,
        CUstreamCaptureMode,
    },
};
use serde_json::json;
use support::{Emulator, HOLD_COPY, RELEASE, bare_context};

const RELEASE_THRESHOLD: Attribute = Attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
const RESERVED: Attribute = Attribute::CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT;
const USED: Attribute = Attribute::CU_MEMPOOL_ATTR_USED_MEM_CURRENT;
const THREAD_LOCAL: CUstreamCaptureMode = CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL;

#[test]
fn bytes_come_back_as_they_went_and_nothing_is_left() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let there = stream.clone_htod(&[1.5_f32, -2.0, f32::NAN])?;
    let back = stream.clone_dtoh(&there)?;
    assert_eq!(back[..2], [1.5, -2.0]);
    assert!(back[2].is_nan());
    drop((there, stream, context));
    let report = emulator.report();
    assert_eq!(emulator.violations(), [""; 0]);
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
fn the_device_says_that_it_is_an_emulator() -> Result<(), DriverError> {
    let _emulator =
        Emulator::with(r#"{"devices": 2, "compute_capability": [9, 0], "memory_bytes": 4096}"#);
    assert_eq!(CudaContext::device_count()?, 2);
    let context = CudaContext::new(1)?;
    assert_eq!(context.name()?, "millpond CUDA emulator 1");
    assert_eq!(context.compute_capability()?, (9, 0));
    assert_eq!(context.mem_get_info()?, (4096, 4096));
    Ok(())
}

#[test]
fn a_pool_keeps_what_is_freed_up_to_its_threshold() -> Result<(), DriverError> {
    let _emulator = Emulator::with(r#"{"memory_bytes": 4096}"#);
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let free_after_one = || {
        drop(stream.alloc_zeros::<u8>(2048)?);
        stream.synchronize()?;
        context.mem_get_info()
    };
    assert_eq!(free_after_one()?, (4096, 4096));
    let mut threshold = 1024_u64;
    let mut held = [0_u64; 2];
    // SAFETY: the pool is the device's, and each value has the attribute's type.
    unsafe {
        let pool = result::device::get_default_mem_pool(context.cu_device())?;
        result::mem_pool::set_attribute(pool, RELEASE_THRESHOLD, (&raw mut threshold).cast())?;
        assert_eq!(free_after_one()?, (3072, 4096));
        result::mem_pool::get_attribute(pool, RESERVED, (&raw mut held[0]).cast())?;
        result::mem_pool::get_attribute(pool, USED, (&raw mut held[1]).cast())?;
        assert_eq!(held, [1024, 0]);
        result::mem_pool::trim_to(pool, 0)?;
    }
    assert_eq!(context.mem_get_info()?, (4096, 4096));
    Ok(())
}

#[test]
fn memory_ends_where_the_device_says_and_comes_back_when_freed() -> Result<(), DriverError> {
    let _emulator = Emulator::with(r#"{"memory_bytes": 4096}"#);
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let most = stream.alloc_zeros::<u8>(4096)?;
    let more = stream.alloc_zeros::<u8>(1);
    assert_eq!(
        more.map(drop),
        Err(DriverError(CUresult::CUDA_ERROR_OUT_OF_MEMORY))
    );
    drop(most);
    stream.synchronize()?;
    stream.alloc_zeros::<u8>(4096).map(drop)
}

#[test]
fn a_stream_waits_for_an_event_of_another() -> Result<(), DriverError> {
    let emulator = Emulator::with(HOLD_COPY);
    let context = CudaContext::new(0)?;
    let (writer, reader) = (context.new_stream()?, context.new_stream()?);
    let there = writer.clone_htod(&[7_u32; 64])?;
    let written = writer.record_event(Some(CUevent_flags::CU_EVENT_DEFAULT))?;
    assert!(!written.is_complete(), "the copy is held");
    reader.wait(&written)?;
    let beside = reader.clone_dtod(&there)?;
    let read = reader.record_event(Some(CUevent_flags::CU_EVENT_DEFAULT))?;
    assert!(!read.is_complete(), "it comes after the copy");
    emulator.control(RELEASE);
    assert_eq!(reader.clone_dtoh(&beside)?, [7; 64]);
    assert!(written.elapsed_ms(&read)? >= 0.0);
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

#[test]
fn the_default_stream_waits_for_blocking_streams_only() -> Result<(), DriverError> {
    let emulator = Emulator::with(HOLD_COPY);
    let context = CudaContext::new(0)?;
    let (default, free) = (context.default_stream(), context.new_stream()?);
    let there = free.clone_htod(&[1_u8; 16])?;
    default.synchronize()?;
    assert_ne!(
        emulator.report()["pending"],
        json!(0),
        "the copy of the stream that waits for nobody"
    );
    emulator.control(RELEASE);
    free.synchronize()?;
    emulator.control(HOLD_COPY);
    let blocking = create(StreamKind::Default)?;
    // SAFETY: stream and memory live until the stream has been waited for.
    unsafe {
        let address = DevicePtr::device_ptr(&there, &free).0;
        result::memcpy_htod_async(address, &[2_u8; 16], blocking)?;
    }
    let after = default.record_event(None)?;
    assert!(
        !after.is_complete(),
        "it comes after the copy of the blocking stream"
    );
    emulator.control(RELEASE);
    after.synchronize()?;
    // SAFETY: nothing uses the stream any more.
    unsafe { destroy(blocking) }
}

#[test]
fn a_captured_graph_runs_as_often_as_it_is_launched() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let mut there = stream.clone_htod(&[1_u32; 4])?;
    stream.begin_capture(THREAD_LOCAL)?;
    stream.memset_zeros(&mut there)?;
    let graph = stream.end_capture(CUgraphInstantiate_flags(0))?.unwrap();
    assert_eq!(stream.clone_dtoh(&there)?, [1; 4], "captured, not run");
    for value in [2, 3] {
        stream.memcpy_htod(&[value; 4], &mut there)?;
        graph.launch()?;
        assert_eq!(stream.clone_dtoh(&there)?, [0; 4]);
    }
    drop((graph, there, stream, context));
    assert_eq!(emulator.report()["graphs"], json!(0));
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

#[test]
fn a_graph_reads_its_pinned_input_anew_at_each_launch() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let function = support::load_add(&context)?;
    let (there, mut out) = (stream.alloc_zeros::<f32>(4)?, stream.alloc_zeros::<f32>(4)?);
    // SAFETY: numbers are written to both before they are read.
    let (mut input, mut output) = unsafe {
        (
            context.alloc_pinned::<f32>(4)?,
            context.alloc_pinned::<f32>(4)?,
        )
    };
    let (from, to) = (input.as_mut_ptr()?, output.as_mut_ptr()?);
    stream.synchronize()?;
    stream.begin_capture(THREAD_LOCAL)?;
    // SAFETY: all memory outlives the graph.
    unsafe {
        let address = there.device_ptr(&stream).0;
        result::memcpy_htod_async(
            address,
            std::slice::from_raw_parts(from, 4),
            stream.cu_stream(),
        )?;
        support::add(&stream, &function, &mut out, &there, 1.0, 4)?;
        let address = out.device_ptr(&stream).0;
        result::memcpy_dtoh_async(
            std::slice::from_raw_parts_mut(to, 4),
            address,
            stream.cu_stream(),
        )?;
    }
    let graph = stream.end_capture(CUgraphInstantiate_flags(0))?.unwrap();
    for value in [1.0, 5.0] {
        input.as_mut_slice()?.fill(value);
        graph.launch()?;
        stream.synchronize()?;
        assert_eq!(output.as_slice()?, [value + 1.0; 4]);
    }
    assert_eq!(emulator.report()["launches"], json!(2));
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

#[test]
fn what_a_graph_cannot_hold_ends_the_capture() -> Result<(), DriverError> {
    let _emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    stream.begin_capture(THREAD_LOCAL)?;
    assert_eq!(
        stream.synchronize(),
        Err(DriverError(CUresult::CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED))
    );
    let ended = stream.end_capture(CUgraphInstantiate_flags(0)).map(drop);
    assert_eq!(
        ended,
        Err(DriverError(CUresult::CUDA_ERROR_STREAM_CAPTURE_INVALIDATED))
    );
    stream.synchronize()
}

#[test]
fn a_thread_that_captures_may_not_do_what_may_wait() -> Result<(), DriverError> {
    let _emulator = Emulator::fresh();
    let context = bare_context()?;
    let stream = context.new_stream()?;
    let allocate = || {
        context.bind_to_thread()?;
        // SAFETY: the memory is not used, and freed.
        unsafe { result::malloc_sync(64).and_then(|address| result::free_sync(address)) }
    };
    stream.begin_capture(THREAD_LOCAL)?;
    let elsewhere = thread::scope(|scope| scope.spawn(allocate).join());
    assert_eq!(
        elsewhere.unwrap_or(Err(DriverError(CUresult::CUDA_ERROR_UNKNOWN))),
        Ok(())
    );
    assert_eq!(
        allocate(),
        Err(DriverError(CUresult::CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED))
    );
    assert_eq!(
        stream.end_capture(CUgraphInstantiate_flags(0)).map(drop),
        Err(DriverError(CUresult::CUDA_ERROR_STREAM_CAPTURE_INVALIDATED))
    );
    allocate()
}

#[test]
fn a_forked_capture_must_be_joined() -> Result<(), DriverError> {
    let _emulator = Emulator::fresh();
    let context = bare_context()?;
    let (origin, other) = (context.new_stream()?, context.new_stream()?);
    let mut there = origin.clone_htod(&[1_u32; 4])?;
    for joined in [true, false] {
        origin.begin_capture(THREAD_LOCAL)?;
        other.join(&origin)?;
        other.memset_zeros(&mut there)?;
        if joined {
            origin.join(&other)?;
        }
        let graph = origin.end_capture(CUgraphInstantiate_flags(0));
        let open = Err(DriverError(CUresult::CUDA_ERROR_STREAM_CAPTURE_UNJOINED));
        assert_eq!(graph.map(drop), if joined { Ok(()) } else { open });
    }
    Ok(())
}

#[test]
fn a_copy_of_pageable_memory_has_read_it_when_it_returns() -> Result<(), DriverError> {
    let emulator = Emulator::with(HOLD_COPY);
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let mut source = vec![1_u8; 32];
    let there = stream.clone_htod(&source)?;
    source.fill(2);
    emulator.control(RELEASE);
    assert_eq!(stream.clone_dtoh(&there)?, [1; 32]);
    assert_eq!(emulator.violations(), [""; 0]);
    Ok(())
}

#[test]
fn devices_do_not_see_each_others_memory_but_copy_between_them() -> Result<(), DriverError> {
    let emulator = Emulator::with(r#"{"devices": 2}"#);
    let streams = [
        CudaContext::new(0)?.new_stream()?,
        CudaContext::new(1)?.new_stream()?,
    ];
    let there = streams[0].clone_htod(&[5_u16; 8])?;
    streams[0].synchronize()?;
    let beside = streams[1].clone_dtod(&there)?;
    assert_eq!(streams[1].clone_dtoh(&beside)?, [5; 8]);
    assert_eq!(emulator.report()["contexts"], json!(2));
    Ok(())
}

#[test]
fn a_kernel_computes_what_its_ptx_says() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let function = support::load_add(&context)?;
    let input: Vec<f32> = (0..1000_u16).map(f32::from).collect();
    let there = stream.clone_htod(&input)?;
    let mut out = stream.alloc_zeros(1000)?;
    support::add(&stream, &function, &mut out, &there, 0.5, 1000)?;
    let expected: Vec<f32> = input.iter().map(|value| value + 0.5).collect();
    assert_eq!(stream.clone_dtoh(&out)?, expected);
    assert_eq!(emulator.violations(), [""; 0]);
    assert_eq!(emulator.report()["launches"], json!(1));
    Ok(())
}
