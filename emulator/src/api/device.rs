//! `cuInit`, `cuDriverGetVersion`, `cuDevice*`: which devices there are.

use super::{
    driver_functions,
    pointer::{Out, TextBuffer},
};
use crate::{
    code::{Answer, Code},
    device,
    driver::Driver,
};

driver_functions! {
    fn cuInit(_flags: u32) Ask {
        let mut state = Driver::get().lock();
        if state.devices.is_empty() {
            return Err(Code::NO_DEVICE);
        }
        state.initialised = true;
        Ok(())
    }

    fn cuDriverGetVersion(version: Out<i32>) Ask {
        version.put(Driver::get().lock().settings.driver_version)
    }

    fn cuDeviceGetCount(count: Out<i32>) Ask {
        let devices = Driver::get().lock().devices.len();
        count.put(i32::try_from(devices).map_err(|_| Code::INVALID_VALUE)?)
    }

    fn cuDeviceGet(device: Out<i32>, ordinal: i32) Ask {
        known(ordinal)?;
        device.put(ordinal)
    }

    fn cuDeviceGetName(name: TextBuffer, capacity: i32, device: i32) Ask {
        let device = known(device)?;
        let capacity = usize::try_from(capacity).map_err(|_| Code::INVALID_VALUE)?;
        name.write(&format!("millpond CUDA emulator {device}"), capacity);
        Ok(())
    }

    fn cuDeviceGetUuid(uuid: Out<[u8; 16]>, device: i32) Ask {
        uuid.put(device::uuid(known(device)?))
    }

    fn cuDeviceGetUuid_v2(uuid: Out<[u8; 16]>, device: i32) Ask {
        uuid.put(device::uuid(known(device)?))
    }

    fn cuDeviceTotalMem_v2(bytes: Out<u64>, device: i32) Ask {
        known(device)?;
        bytes.put(Driver::get().lock().settings.memory_bytes)
    }

    fn cuDeviceGetAttribute(value: Out<i32>, attribute: u32, device: i32) Ask {
        let device = known(device)?;
        let [major, minor] = Driver::get().lock().settings.compute_capability;
        value.put(device::attribute(attribute, device, major, minor))
    }
}

/// Turns a device that the program names into an index.
pub(super) fn known(device: i32) -> Answer<usize> {
    let index = usize::try_from(device).map_err(|_| Code::INVALID_DEVICE)?;
    let state = Driver::get().lock();
    (index < state.devices.len())
        .then_some(index)
        .ok_or(Code::INVALID_DEVICE)
}
