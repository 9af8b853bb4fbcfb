//! `cuMemPool*`: each device has one pool, which is all of its memory.

use super::{
    context::required_device,
    device::known,
    driver_functions,
    pointer::{HostPointer, Out},
};
use crate::{
    code::{Answer, Code},
    driver::{Device, Driver, Pool, State},
};

/// Attributes of pools, by their numbers in the driver's header.
const RELEASE_THRESHOLD: u32 = 4;
const RESERVED: u32 = 5;
const USED: u32 = 7;

/// The handle of the first device's pool; those of the others follow.
const FIRST: u64 = 0x900_0000;

driver_functions! {
    fn cuDeviceGetDefaultMemPool(pool: Out<u64>, device: i32) Work {
        pool.put(FIRST + known(device)? as u64)
    }

    fn cuDeviceGetMemPool(pool: Out<u64>, device: i32) Work {
        pool.put(FIRST + known(device)? as u64)
    }

    fn cuMemPoolTrimTo(pool: u64, keep: u64) Work {
        let device = owner(pool)?;
        let mut state = Driver::get().lock();
        let used = state.space.live_bytes(Some(device));
        let pool = state.pool(device)?;
        pool.peak = pool.peak.min(keep.max(used));
        Ok(())
    }

    fn cuMemPoolSetAttribute(pool: u64, attribute: u32, value: HostPointer) Work {
        let value = value.span(size_of::<u64>())?.read();
        let value = value.try_into().map(u64::from_ne_bytes).map_err(|_| Code::INVALID_VALUE)?;
        let device = owner(pool)?;
        if attribute == RELEASE_THRESHOLD {
            Driver::get().lock().pool(device)?.threshold = value;
        }
        Ok(())
    }

    fn cuMemPoolGetAttribute(pool: u64, attribute: u32, value: Out<u64>) Work {
        let device = owner(pool)?;
        let mut state = Driver::get().lock();
        value.put(match attribute {
            RELEASE_THRESHOLD => state.pool(device)?.threshold,
            RESERVED => state.reserved(device),
            USED => state.space.live_bytes(Some(device)),
            _ => return Err(Code::INVALID_VALUE),
        })
    }

    fn cuMemPoolCreate(_pool: Out<u64>, _properties: u64) Work {
        Err(Code::NOT_SUPPORTED)
    }
}

/// Turns a pool that the program names into its device.
fn owner(pool: u64) -> Answer<usize> {
    required_device()?;
    let device = pool
        .checked_sub(FIRST)
        .and_then(|device| i32::try_from(device).ok());
    known(device.ok_or(Code::INVALID_VALUE)?)
}

impl State {
    fn pool(&mut self, device: usize) -> Answer<&mut Pool> {
        let device = self.devices.get_mut(device).ok_or(Code::INVALID_DEVICE)?;
        Ok(&mut device.pool)
    }

    /// Counts the bytes of a device that are free to no other program.
    pub(crate) fn reserved(&self, device: usize) -> u64 {
        let kept = self
            .devices
            .get(device)
            .map_or(0, |Device { pool, .. }| pool.peak.min(pool.threshold));
        self.space.live_bytes(Some(device)).max(kept)
    }
}
