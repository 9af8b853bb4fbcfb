use cudarc::driver::{result, sys};

use super::call::call;
use crate::device::DeviceError;

/// The functions of the driver that are called, by their names in its library.
///
/// Looked up beforehand, so that a driver without one is refused when a
/// pipeline is built and not when the function is first met.
const NEEDED: [&[u8]; 40] = [
    b"cuCtxSetCurrent\0",
    b"cuDeviceGet\0",
    b"cuDeviceGetAttribute\0",
    b"cuDeviceGetCount\0",
    b"cuDeviceGetDefaultMemPool\0",
    b"cuDeviceGetName\0",
    b"cuDevicePrimaryCtxRelease_v2\0",
    b"cuDevicePrimaryCtxRetain\0",
    b"cuDriverGetVersion\0",
    b"cuEventCreate\0",
    b"cuEventDestroy_v2\0",
    b"cuEventRecord\0",
    b"cuEventSynchronize\0",
    b"cuGraphDestroy\0",
    b"cuGraphExecDestroy\0",
    b"cuGraphInstantiateWithFlags\0",
    b"cuGraphLaunch\0",
    b"cuInit\0",
    b"cuLaunchKernel\0",
    b"cuMemAllocAsync\0",
    b"cuMemAlloc_v2\0",
    b"cuMemFreeAsync\0",
    b"cuMemFreeHost\0",
    b"cuMemFree_v2\0",
    b"cuMemGetInfo_v2\0",
    b"cuMemHostAlloc\0",
    b"cuMemPoolGetAttribute\0",
    b"cuMemPoolSetAttribute\0",
    b"cuMemPoolTrimTo\0",
    b"cuMemcpyDtoHAsync_v2\0",
    b"cuMemcpyHtoDAsync_v2\0",
    b"cuModuleGetFunction\0",
    b"cuModuleLoadData\0",
    b"cuModuleUnload\0",
    b"cuStreamBeginCapture_v2\0",
    b"cuStreamCreate\0",
    b"cuStreamDestroy_v2\0",
    b"cuStreamEndCapture\0",
    b"cuStreamIsCapturing\0",
    b"cuStreamWaitEvent\0",
];

/// The oldest driver that takes PTX of the version of the kernels, 8.0.
const OLDEST: u32 = 12_000;

/// Finds the driver, looks its functions up, and starts it.
pub(in crate::device::cuda) fn driver() -> Result<(), DeviceError> {
    // SAFETY: opens the library if it is there, which runs its initialisers
    // and nothing else.
    if !unsafe { sys::is_culib_present() } {
        return Err(DeviceError::NoLibrary);
    }
    // SAFETY: the library is there, so that this does not panic.
    let library = unsafe { sys::culib() };
    for symbol in NEEDED {
        // SAFETY: the symbol is only looked up, never called through this type.
        if unsafe { library.get::<unsafe extern "C" fn()>(symbol) }.is_err() {
            let symbol = String::from_utf8_lossy(symbol);
            let symbol = symbol.trim_end_matches('\0').into();
            return Err(DeviceError::MissingSymbol { symbol });
        }
    }
    let mut found = 0;
    call("cuDriverGetVersion", 0, || {
        // SAFETY: writes one number to the address of a local one.
        unsafe { sys::cuDriverGetVersion(&raw mut found) }.result()
    })?;
    let found = u32::try_from(found).unwrap_or(0);
    if found < OLDEST {
        let needed = OLDEST;
        return Err(DeviceError::DriverTooOld { found, needed });
    }
    call("cuInit", 0, result::init)
}

/// Counts the devices. The driver has been started.
pub(in crate::device::cuda) fn count() -> Result<u32, DeviceError> {
    let found = call("cuDeviceGetCount", 0, result::device::get_count)?;
    Ok(u32::try_from(found).unwrap_or(0))
}
