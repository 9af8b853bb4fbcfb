use std::sync::Arc;

use cudarc::driver::sys::{CUcontext, CUdevice, CUdevice_attribute};
use cudarc::driver::{DriverError, result};

use super::call::{call, release};
use crate::device::{Device, DeviceError};

/// A device that is in use: its primary context, given back when dropped.
#[derive(Debug)]
pub(in crate::device::cuda) struct Context {
    raw: CUcontext,
    device: CUdevice,
    number: u32,
    /// Whether memory can be ordered on streams.
    pools: bool,
}

// SAFETY: the driver takes a context from any thread; the fields never change.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

impl Context {
    /// Opens the device of this number. The driver has been started.
    pub(in crate::device::cuda) fn open(number: u32) -> Result<Arc<Self>, DeviceError> {
        let ordinal = i32::try_from(number).unwrap_or(i32::MAX);
        let device = call("cuDeviceGet", number, || result::device::get(ordinal))?;
        let pools = attribute(
            number,
            device,
            CUdevice_attribute::CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED,
        )?;
        let raw = call("cuDevicePrimaryCtxRetain", number, || {
            // SAFETY: the device comes from the driver; `drop` releases it.
            unsafe { result::primary_ctx::retain(device) }
        })?;
        let context = Arc::new(Self {
            raw,
            device,
            number,
            pools: pools > 0,
        });
        context.bind()?;
        Ok(context)
    }

    /// Returns the device.
    pub(in crate::device::cuda) fn device(&self) -> Device {
        Device::Cuda(self.number)
    }

    pub(super) fn pools(&self) -> bool {
        self.pools
    }

    /// Returns what the device calls itself.
    pub(in crate::device::cuda) fn name(&self) -> Result<String, DeviceError> {
        call("cuDeviceGetName", self.number, || {
            result::device::get_name(self.device)
        })
    }

    /// Returns the compute capability, such as 90 for 9.0.
    pub(in crate::device::cuda) fn capability(&self) -> Result<u32, DeviceError> {
        use CUdevice_attribute as A;
        let of = |which| attribute(self.number, self.device, which);
        let major = of(A::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
        let minor = of(A::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
        Ok(u32::try_from(major * 10 + minor).unwrap_or(0))
    }

    /// Returns how many bytes of device memory are free.
    pub(in crate::device::cuda) fn free(&self) -> Result<usize, DeviceError> {
        self.call("cuMemGetInfo_v2", result::mem_get_info)
            .map(|(free, _)| free)
    }

    /// Makes the context the one that calls from this thread are for.
    fn bind(&self) -> Result<(), DeviceError> {
        call("cuCtxSetCurrent", self.number, || {
            // SAFETY: the context is retained until `drop`.
            unsafe { result::ctx::set_current(self.raw) }
        })
    }

    /// Calls the driver in this context.
    pub(super) fn call<T>(
        &self,
        name: &'static str,
        body: impl FnOnce() -> Result<T, DriverError>,
    ) -> Result<T, DeviceError> {
        self.bind()?;
        call(name, self.number, body)
    }

    /// Calls the driver in this context from a `Drop`.
    pub(super) fn release(
        &self,
        name: &'static str,
        body: impl FnOnce() -> Result<(), DriverError>,
    ) {
        // A lost device refuses to be bound, and has taken all back already.
        if self.bind().is_ok() {
            release(name, self.number, body);
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        release("cuDevicePrimaryCtxRelease_v2", self.number, || {
            // SAFETY: retained once by `open`, and all that was made in it
            // holds the context, so that nothing is left.
            unsafe { result::primary_ctx::release(self.device) }
        });
    }
}

fn attribute(number: u32, device: CUdevice, which: CUdevice_attribute) -> Result<i32, DeviceError> {
    call("cuDeviceGetAttribute", number, || {
        // SAFETY: the device comes from the driver.
        unsafe { result::device::get_attribute(device, which) }
    })
}
