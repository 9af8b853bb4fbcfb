//! `cuMemHost*`, `cuMemFreeHost`: page-locked memory of the host.

use std::ffi::c_void;

use super::{
    context::required_device,
    driver_functions,
    pointer::{HostPointer, HostSpan, Out, PinnedBlock},
};
use crate::{
    code::{Answer, Code},
    driver::Driver,
    settings::Point,
};

driver_functions! {
    fn cuMemHostAlloc(pointer: Out<*mut c_void>, bytes: usize, _flags: u32) Work {
        pointer.put(make(bytes)?)
    }

    fn cuMemAllocHost_v2(pointer: Out<*mut c_void>, bytes: usize) Work {
        pointer.put(make(bytes)?)
    }

    fn cuMemFreeHost(pointer: HostPointer) Release {
        let address = pointer.address();
        let mut state = Driver::get().lock();
        state.forget_ended_copies();
        let span = HostSpan { address, len: state.host.len(address) };
        if span.len > 0 && state.host.in_use(span, false) {
            state.violation(format!(
                "pinned host memory at {address:#x} was freed before a copy that uses it had ended: \
                 wait for the copy's stream or event first"
            ));
        }
        let freed = state.host.free(address);
        freed.map_err(|text| state.wrong(Code::INVALID_VALUE, text))
    }

    fn cuMemHostRegister_v2(pointer: HostPointer, bytes: usize, _flags: u32) Work {
        Driver::get().lock().host.register(pointer.span(bytes)?)
    }

    fn cuMemHostUnregister(pointer: HostPointer) Release {
        Driver::get().lock().host.unregister(pointer.address())
    }
}

fn make(bytes: usize) -> Answer<*mut c_void> {
    let device = required_device()?;
    if bytes == 0 {
        return Err(Code::INVALID_VALUE);
    }
    let mut state = Driver::get().lock();
    state.refuse_while_capturing()?;
    state.strike(device, Point::HostAlloc, bytes as u64)?;
    let block = PinnedBlock::new(bytes);
    let pointer = block.pointer();
    state.host.add(block, bytes);
    Ok(pointer)
}
