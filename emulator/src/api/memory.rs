//! `cuMemAlloc*`, `cuMemFree*`, `cuMemGetInfo`: device memory.

use super::{context::required_device, driver_functions, pointer::Out, stream::submit};
use crate::{
    access::Access,
    code::{Answer, Code},
    driver::{Device, Driver, State},
    perform::Extra,
    settings::Point,
    work::Work,
};

driver_functions! {
    fn cuMemAlloc_v2(address: Out<u64>, bytes: usize) Work {
        let mut state = Driver::get().lock();
        state.refuse_while_capturing()?;
        address.put(state.allocate(required_device()?, bytes)?)
    }

    fn cuMemAllocAsync(address: Out<u64>, bytes: usize, stream: u64) Work {
        address.put(allocate_on(stream, bytes)?)
    }

    fn cuMemAllocFromPoolAsync(address: Out<u64>, bytes: usize, _pool: u64, stream: u64) Work {
        address.put(allocate_on(stream, bytes)?)
    }

    fn cuMemFree_v2(address: u64) Release {
        if address == 0 {
            return Ok(());
        }
        let device = required_device()?;
        let driver = Driver::get();
        let mut state = driver.lock();
        state.doom(address)?;
        let moments: Vec<_> = state.streams_of(device).iter().filter_map(|stream| state.moment(*stream).ok()).collect();
        drop(state);
        driver.wait_done(&moments);
        driver.lock().space.release(address)
    }

    fn cuMemFreeAsync(address: u64, stream: u64) Release {
        if address == 0 {
            return Ok(());
        }
        let mut state = Driver::get().lock();
        let resolved = state.resolve(stream)?;
        state.refuse_in_capture(resolved)?;
        state.doom(address)?;
        drop(state);
        submit(stream, Work::Free(address))
    }

    fn cuMemGetInfo_v2(free: Out<u64>, total: Out<u64>) Work {
        let device = required_device()?;
        let state = Driver::get().lock();
        let memory = state.settings.memory_bytes;
        free.put(memory.saturating_sub(state.reserved(device)))?;
        total.put(memory)
    }
}

/// Allocates in the order of a stream: another stream that uses the memory
/// must wait for this one.
fn allocate_on(stream: u64, bytes: usize) -> Answer<u64> {
    let mut state = Driver::get().lock();
    let stream = state.resolve(stream)?;
    state.refuse_in_capture(stream)?;
    let device = state.open_stream(stream)?.device;
    let address = state.allocate(device, bytes)?;
    state.enqueue(stream, Work::Wait, &[], Extra::default())?;
    let moment = state.moment(stream)?;
    if let Some(found) = state.space.find(address, bytes) {
        let access = Access {
            range: 0..bytes,
            write: true,
            ticket: moment.ticket,
            what: "allocation".into(),
        };
        // Nothing can have touched it before.
        let _ = found.allocation.note(access, &moment.clock);
    }
    drop(state);
    Driver::get().changed();
    Ok(address)
}

impl State {
    fn allocate(&mut self, device: usize, bytes: usize) -> Answer<u64> {
        if bytes == 0 {
            return Err(Code::INVALID_VALUE);
        }
        let wanted = self
            .space
            .live_bytes(Some(device))
            .saturating_add(bytes as u64);
        if wanted > self.settings.memory_bytes {
            return Err(Code::OUT_OF_MEMORY);
        }
        self.strike(device, Point::Alloc, wanted)?;
        if let Some(Device { pool, .. }) = self.devices.get_mut(device) {
            pool.peak = pool.peak.max(wanted);
        }
        Ok(self.space.allocate(device, bytes))
    }

    fn doom(&mut self, address: u64) -> Answer<()> {
        self.space
            .doom(address)
            .map_err(|text| self.wrong(Code::INVALID_VALUE, text))
    }
}
