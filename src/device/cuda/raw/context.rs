use std::sync::Arc;

use cudarc::driver::sys::{
    CUcontext, CUdevice, CUdevice_attribute, CUmemPool_attribute, CUmemoryPool,
};
use cudarc::driver::{DriverError, result};

use super::call::{call, release};
use crate::device::{Device, DeviceError};

/// A device that is in use: its primary context, given back when dropped.
#[derive(Debug)]
pub(in crate::device::cuda) struct Context {
    raw: CUcontext,
    device: CUdevice,
    number: u32,
    /// Where memory comes from that is ordered on streams, if the device can
    /// do that.
    pool: Option<CUmemoryPool>,
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
        let pool = (pools > 0).then(|| {
            call("cuDeviceGetDefaultMemPool", number, || {
                // SAFETY: the device comes from the driver.
                unsafe { result::device::get_default_mem_pool(device) }
            })
        });
        let pool = pool.transpose()?;
        let raw = call("cuDevicePrimaryCtxRetain", number, || {
            // SAFETY: the device comes from the driver; `drop` releases it.
            unsafe { result::primary_ctx::retain(device) }
        })?;
        let context = Arc::new(Self {
            raw,
            device,
            number,
            pool,
        });
        context.bind()?;
        context.keep_memory()?;
        Ok(context)
    }

    /// Returns the device.
    pub(in crate::device::cuda) fn device(&self) -> Device {
        Device::Cuda(self.number)
    }

    pub(super) fn pools(&self) -> bool {
        self.pool.is_some()
    }

    /// Lets the pool keep what is freed, for the next to use. The driver would
    /// else give it back to the system whenever a stream is waited for.
    fn keep_memory(&self) -> Result<(), DeviceError> {
        let Some(pool) = self.pool else {
            return Ok(());
        };
        let mut all = u64::MAX;
        let threshold = CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        self.call("cuMemPoolSetAttribute", || {
            // SAFETY: the pool is the device's, and the value a `u64`, as this
            // attribute takes it.
            unsafe { result::mem_pool::set_attribute(pool, threshold, (&raw mut all).cast()) }
        })
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

    /// Returns how many bytes of device memory are free, with those that the
    /// pool keeps.
    pub(in crate::device::cuda) fn free(&self) -> Result<usize, DeviceError> {
        use CUmemPool_attribute as A;
        let (free, _) = self.call("cuMemGetInfo_v2", result::mem_get_info)?;
        let Some(pool) = self.pool else {
            return Ok(free);
        };
        let held = self.held(pool, A::CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT)?;
        let used = self.held(pool, A::CU_MEMPOOL_ATTR_USED_MEM_CURRENT)?;
        Ok(free.saturating_add(held.saturating_sub(used)))
    }

    fn held(&self, pool: CUmemoryPool, which: CUmemPool_attribute) -> Result<usize, DeviceError> {
        let mut bytes = 0_u64;
        self.call("cuMemPoolGetAttribute", || {
            // SAFETY: the pool is the device's, and the value a `u64`, as these
            // attributes give it.
            unsafe { result::mem_pool::get_attribute(pool, which, (&raw mut bytes).cast()) }
        })?;
        Ok(usize::try_from(bytes).unwrap_or(usize::MAX))
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
        if let Some(pool) = self.pool {
            // Others of this process may keep the device in use.
            self.release("cuMemPoolTrimTo", || {
                // SAFETY: the pool is the device's; what is in use stays.
                unsafe { result::mem_pool::trim_to(pool, 0) }
            });
        }
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
