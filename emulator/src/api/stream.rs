//! `cuStream*` and `cuLaunchHostFunc`.

use std::ffi::c_void;

use super::{
    context::{current_device, required_device},
    driver_functions,
    pointer::{HostCall, Out},
};
use crate::{
    code::{Answer, Code},
    driver::{Driver, State},
    perform::Extra,
    settings::Point,
    stream,
    work::Work,
};

/// The flag of streams that do not wait for the default stream.
const NON_BLOCKING: u32 = 1;

driver_functions! {
    fn cuStreamCreate(stream: Out<u64>, flags: u32) Work {
        stream.put(make(flags)?)
    }

    fn cuStreamCreateWithPriority(stream: Out<u64>, flags: u32, _priority: i32) Work {
        stream.put(make(flags)?)
    }

    fn cuStreamDestroy_v2(stream: u64) Release {
        let driver = Driver::get();
        let mut state = driver.lock();
        if state.close_stream(stream).is_err() {
            return Err(state.wrong(Code::INVALID_HANDLE, format!("stream {stream:#x} is destroyed, and is not there")));
        }
        drop(state);
        driver.changed();
        Ok(())
    }

    fn cuStreamSynchronize(stream: u64) Work {
        synchronise(stream)
    }

    fn cuStreamQuery(stream: u64) Work {
        let mut state = Driver::get().lock();
        let stream = state.resolve(stream)?;
        state.refuse_in_capture(stream)?;
        let moment = state.moment(stream)?;
        if !state.is_done(moment.ticket) {
            return Err(Code::NOT_READY);
        }
        state.host_saw(&[moment]);
        Ok(())
    }

    fn cuStreamWaitEvent(stream: u64, event: u64, _flags: u32) Work {
        let driver = Driver::get();
        let mut state = driver.lock();
        let stream = state.resolve(stream)?;
        state.wait_for_event(stream, event)?;
        drop(state);
        driver.changed();
        Ok(())
    }

    fn cuLaunchHostFunc(stream: u64, function: Option<unsafe extern "C" fn(*mut c_void)>, data: *mut c_void) Work {
        submit(stream, Work::Call(HostCall::new(function, data)?))
    }
}

fn make(flags: u32) -> Answer<u64> {
    let device = required_device()?;
    let mut state = Driver::get().lock();
    state.strike(device, Point::Stream, 0)?;
    let id = state.add_stream(device, flags & NON_BLOCKING == 0);
    drop(state);
    stream::start(id)?;
    Ok(id)
}

/// Gives an operation to the stream of a handle.
pub(super) fn submit(stream: u64, work: Work) -> Answer<()> {
    let driver = Driver::get();
    let mut state = driver.lock();
    let stream = state.resolve(stream)?;
    state.submit(stream, work, Extra::default())?;
    drop(state);
    driver.changed();
    Ok(())
}

/// Waits until a stream has done all that it has been given.
fn synchronise(stream: u64) -> Answer<()> {
    let driver = Driver::get();
    let mut state = driver.lock();
    let resolved = state.resolve(stream)?;
    let device = state.open_stream(resolved)?.device;
    state.strike(device, Point::Synchronise, 0)?;
    drop(state);
    finish(stream)
}

/// Waits likewise, as part of a call that is no synchronisation by name: what
/// it has enqueued uses the caller's memory, so no fault may cut this short.
pub(super) fn finish(stream: u64) -> Answer<()> {
    let driver = Driver::get();
    let mut state = driver.lock();
    let stream = state.resolve(stream)?;
    let device = state.open_stream(stream)?.device;
    state.refuse_in_capture(stream)?;
    let moment = state.moment(stream)?;
    drop(state);
    driver.wait_until(device, &[moment])
}

impl State {
    /// Turns a handle, which may mean the default stream, into a stream.
    pub(super) fn resolve(&mut self, handle: u64) -> Answer<u64> {
        let stream = match handle {
            // Null, and the name of the same stream.
            0 | 1 => {
                let device = current_device().ok_or(Code::INVALID_CONTEXT)?;
                self.devices
                    .get(device)
                    .and_then(|device| device.default_stream)
                    .ok_or(Code::INVALID_CONTEXT)?
            }
            other => other,
        };
        if self.open_stream(stream).is_err() {
            return Err(self.wrong(
                Code::INVALID_HANDLE,
                format!("stream {handle:#x} is used, and is not there"),
            ));
        }
        Ok(stream)
    }
}
