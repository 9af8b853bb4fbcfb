use std::sync::Arc;

use cudarc::driver::result;
use cudarc::driver::sys::{CUevent_wait_flags, CUstream};

use super::Context;
use super::event::Event;
use crate::device::DeviceError;

/// A queue of work on a device, done in order.
#[derive(Debug)]
pub(crate) struct Stream {
    raw: CUstream,
    context: Arc<Context>,
}

// SAFETY: the driver takes a stream from any thread; the field never changes.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Sync for Stream {}

impl Stream {
    pub(in crate::device::cuda) fn new(context: &Arc<Context>) -> Result<Arc<Self>, DeviceError> {
        let raw = context.call("cuStreamCreate", || {
            result::stream::create(result::stream::StreamKind::NonBlocking)
        })?;
        let context = Arc::clone(context);
        Ok(Arc::new(Self { raw, context }))
    }

    pub(super) fn raw(&self) -> CUstream {
        self.raw
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Blocks the thread until all that is queued is done.
    ///
    /// # Errors
    ///
    /// What went wrong in any of it.
    pub(crate) fn finish(&self) -> Result<(), DeviceError> {
        let done = Event::new(&self.context)?;
        self.record(&done)?;
        done.wait()
    }

    /// Lets what is queued from now on wait for what is queued on `other`.
    pub(super) fn after(&self, other: &Self) -> Result<(), DeviceError> {
        if self.raw == other.raw {
            return Ok(());
        }
        let there = Event::new(&self.context)?;
        other.record(&there)?;
        self.context.call("cuStreamWaitEvent", || {
            let flags = CUevent_wait_flags::CU_EVENT_WAIT_DEFAULT;
            // SAFETY: stream and event are live handles; the driver holds on
            // to what the wait needs after the event is destroyed.
            unsafe { result::stream::wait_event(self.raw, there.raw(), flags) }
        })
    }

    fn record(&self, event: &Event) -> Result<(), DeviceError> {
        self.context.call("cuEventRecord", || {
            // SAFETY: stream and event are live handles of one context.
            unsafe { result::event::record(event.raw(), self.raw) }
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.context.release("cuStreamDestroy_v2", || {
            // SAFETY: made by `new`; the driver first does what is queued.
            unsafe { result::stream::destroy(self.raw) }
        });
    }
}
