use std::sync::Arc;

use cudarc::driver::result;
use cudarc::driver::sys::{self, CUevent};

use super::Context;
use crate::device::DeviceError;

/// A place in a stream that a thread or another stream can wait for.
#[derive(Debug)]
pub(super) struct Event {
    raw: CUevent,
    context: Arc<Context>,
}

// SAFETY: the driver takes an event from any thread; the field never changes.
unsafe impl Send for Event {}
// SAFETY: as above.
unsafe impl Sync for Event {}

/// A thread that waits sleeps, where it would otherwise spin; no times are taken.
const FLAGS: u32 = sys::CUevent_flags::CU_EVENT_BLOCKING_SYNC as u32
    | sys::CUevent_flags::CU_EVENT_DISABLE_TIMING as u32;

impl Event {
    pub(super) fn new(context: &Arc<Context>) -> Result<Self, DeviceError> {
        let mut raw = std::ptr::null_mut();
        context.call("cuEventCreate", || {
            // SAFETY: writes one handle to the address of a local one.
            unsafe { sys::cuEventCreate(&raw mut raw, FLAGS) }.result()
        })?;
        let context = Arc::clone(context);
        Ok(Self { raw, context })
    }

    pub(super) fn raw(&self) -> CUevent {
        self.raw
    }

    /// Blocks the thread until the stream has come past the event.
    pub(super) fn wait(&self) -> Result<(), DeviceError> {
        self.context.call("cuEventSynchronize", || {
            // SAFETY: the event lives until `drop`.
            unsafe { result::event::synchronize(self.raw) }
        })
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        self.context.release("cuEventDestroy_v2", || {
            // SAFETY: made by `new`; the driver keeps what streams still need.
            unsafe { result::event::destroy(self.raw) }
        });
    }
}
