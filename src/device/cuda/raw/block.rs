use cudarc::driver::result;
use cudarc::driver::sys::CUdeviceptr;

use super::Stream;
use crate::device::DeviceError;

/// A piece of device memory as the driver gave it.
///
/// It is given back by [`free`](Self::free) only.
#[derive(Debug, Default)]
pub(super) struct Block {
    address: CUdeviceptr,
    bytes: usize,
}

impl Block {
    /// Allocates so many bytes, of which work of `stream` may make use.
    pub(super) fn new(stream: &Stream, bytes: usize) -> Result<Self, DeviceError> {
        let context = stream.context();
        // The driver gives no address for nothing.
        let bytes = bytes.max(1);
        stream.unless_recorded("cuMemAllocAsync")?;
        let address = if context.pools() {
            context.call("cuMemAllocAsync", || {
                // SAFETY: the stream is live; `free` gives the memory back.
                unsafe { result::malloc_async(stream.raw(), bytes) }
            })
        } else {
            context.call("cuMemAlloc_v2", || {
                // SAFETY: `free` gives the memory back.
                unsafe { result::malloc_sync(bytes) }
            })
        };
        let address = address?;
        Ok(Self { address, bytes })
    }

    pub(super) fn address(&self) -> CUdeviceptr {
        self.address
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Gives the memory back once the work is done that `stream` has by now,
    /// which is that of `new`. Whoever else has used the memory is done, or
    /// the stream waits for that.
    pub(super) fn free(self, stream: &Stream) {
        let context = stream.context();
        if context.pools() {
            context.release("cuMemFreeAsync", || {
                // SAFETY: allocated by `new`, and given up here.
                unsafe { result::free_async(self.address, stream.raw()) }
            });
        } else {
            context.release("cuMemFree_v2", || {
                // SAFETY: as above; this call waits for the device.
                unsafe { result::free_sync(self.address) }
            });
        }
    }
}
