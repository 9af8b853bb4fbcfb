//! `cuMemPool*`: each device has one pool, which is all of its memory.

use super::{context::required_device, device::known, driver_functions, pointer::Out};
use crate::code::Code;

/// The handle of a device's pool.
fn handle(device: usize) -> u64 {
    0x900_0000 + device as u64
}

driver_functions! {
    fn cuDeviceGetDefaultMemPool(pool: Out<u64>, device: i32) Work {
        pool.put(handle(known(device)?))
    }

    fn cuDeviceGetMemPool(pool: Out<u64>, device: i32) Work {
        pool.put(handle(known(device)?))
    }

    fn cuMemPoolTrimTo(_pool: u64, _keep: usize) Work {
        required_device().map(drop)
    }

    fn cuMemPoolSetAttribute(_pool: u64, _attribute: u32, _value: u64) Work {
        required_device().map(drop)
    }

    fn cuMemPoolCreate(_pool: Out<u64>, _properties: u64) Work {
        Err(Code::NOT_SUPPORTED)
    }
}
