//! `cuDevicePrimaryCtx*` and `cuCtx*`: which device a thread works on.

use std::cell::Cell;

use super::{device::known, driver_functions, pointer::Out};
use crate::{
    code::{Answer, Code},
    driver::{Driver, Pool, State},
    settings::Point,
    stream::{self, Stream},
};

thread_local! {
    static CURRENT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The device of this thread's context.
pub(super) fn current_device() -> Option<usize> {
    CURRENT.get()
}

/// The device of this thread's context, which must be there.
pub(super) fn required_device() -> Answer<usize> {
    CURRENT.get().ok_or(Code::INVALID_CONTEXT)
}

/// The handle of a device's primary context.
fn handle(device: usize) -> u64 {
    (device as u64 + 1) << 8
}

fn device_of(context: u64) -> Answer<usize> {
    let state = Driver::get().lock();
    (0..state.devices.len())
        .find(|device| handle(*device) == context)
        .ok_or(Code::INVALID_CONTEXT)
}

driver_functions! {
    fn cuDevicePrimaryCtxRetain(context: Out<u64>, device: i32) Work {
        let device = known(device)?;
        let stream = Driver::get().lock().retain(device)?;
        if let Some(stream) = stream {
            stream::start(stream)?;
        }
        context.put(handle(device))
    }

    fn cuDevicePrimaryCtxRelease_v2(device: i32) Release {
        let device = known(device)?;
        // What is still enqueued runs to its end first.
        let driver = Driver::get();
        driver.wait_for(|state| {
            let last = state.devices.get(device).is_none_or(|device| device.retained <= 1);
            (!last || state.device_is_idle(device)).then_some(())
        });
        driver.lock().let_go(device)?;
        driver.changed();
        Ok(())
    }

    fn cuDevicePrimaryCtxReset_v2(device: i32) Release {
        let device = known(device)?;
        let driver = Driver::get();
        driver.wait_for(|state| state.device_is_idle(device).then_some(()));
        let mut state = driver.lock();
        state.clear(device);
        if let Some(device) = state.devices.get_mut(device) {
            device.lost = None;
        }
        drop(state);
        driver.changed();
        Ok(())
    }

    fn cuCtxGetCurrent(context: Out<u64>) Ask {
        context.put(CURRENT.get().map_or(0, handle))
    }

    fn cuCtxSetCurrent(context: u64) Ask {
        CURRENT.set(if context == 0 { None } else { Some(device_of(context)?) });
        Ok(())
    }

    fn cuCtxGetDevice(device: Out<i32>) Ask {
        device.put(i32::try_from(required_device()?).map_err(|_| Code::INVALID_VALUE)?)
    }

    fn cuCtxSynchronize() Work {
        let device = required_device()?;
        let driver = Driver::get();
        let mut state = driver.lock();
        state.strike(device, Point::Synchronise, 0)?;
        let of_device = state.streams_of(device);
        let capturing = |stream: &u64| state.refuse_in_capture(*stream) == Err(Code::STREAM_CAPTURE_UNSUPPORTED);
        if of_device.iter().any(capturing) {
            return Err(Code::STREAM_CAPTURE_UNSUPPORTED);
        }
        let moments: Vec<_> = of_device.iter().filter_map(|stream| state.moment(*stream).ok()).collect();
        drop(state);
        driver.wait_until(device, &moments)
    }

    fn cuCtxSetFlags(_flags: u32) Work {
        required_device().map(drop)
    }

    fn cuCtxGetLimit(value: Out<usize>, _limit: u32) Work {
        required_device()?;
        value.put(0)
    }

    fn cuCtxSetLimit(_limit: u32, _value: usize) Work {
        required_device().map(drop)
    }

    fn cuCtxGetCacheConfig(config: Out<u32>) Work {
        required_device()?;
        config.put(0)
    }

    fn cuCtxSetCacheConfig(_config: u32) Work {
        required_device().map(drop)
    }

    fn cuCtxGetStreamPriorityRange(least: Out<i32>, greatest: Out<i32>) Work {
        required_device()?;
        // Null means that the caller does not want it.
        let _ = (least.put_if_asked(0), greatest.put_if_asked(-5));
        Ok(())
    }
}

impl State {
    /// Retains a device's primary context; returns its default stream if that
    /// is to be started.
    fn retain(&mut self, device: usize) -> Answer<Option<u64>> {
        self.check(device)?;
        let made = match self.devices.get(device) {
            Some(of) if of.default_stream.is_none() => Some(self.add_stream(device, true)),
            _ => None,
        };
        let of = self.devices.get_mut(device).ok_or(Code::INVALID_DEVICE)?;
        of.default_stream = made.or(of.default_stream);
        of.retained += 1;
        Ok(made)
    }

    /// Releases a device's primary context; with the last release everything
    /// of the device goes, and what the program forgot is reported.
    fn let_go(&mut self, device: usize) -> Answer<()> {
        let of = self.devices.get_mut(device).ok_or(Code::INVALID_DEVICE)?;
        of.retained = of.retained.checked_sub(1).ok_or(Code::INVALID_CONTEXT)?;
        if of.retained == 0 {
            self.clear(device);
        }
        Ok(())
    }

    fn clear(&mut self, device: usize) {
        for leaked in self.space.release_all(device) {
            self.violation(format!(
                "leak: allocation {} ({} bytes at {:#x}) was not freed before its context ended",
                leaked.number,
                leaked.bytes.len(),
                leaked.start
            ));
        }
        for stream in self.streams_of(device) {
            self.streams.remove(&stream);
        }
        if let Some(device) = self.devices.get_mut(device) {
            device.default_stream = None;
            device.pool = Pool::default();
        }
    }

    /// Tells whether a stream is its device's default stream.
    pub(super) fn is_default(&self, stream: u64) -> bool {
        self.devices
            .iter()
            .any(|device| device.default_stream == Some(stream))
    }

    /// All streams of a device, also those that only have work to finish.
    pub(super) fn streams_of(&self, device: usize) -> Vec<u64> {
        self.streams
            .iter()
            .filter(|(_, stream)| stream.device == device)
            .map(|(id, _)| *id)
            .collect()
    }

    fn device_is_idle(&self, device: usize) -> bool {
        self.streams
            .values()
            .filter(|stream| stream.device == device)
            .all(Stream::is_idle)
    }
}
