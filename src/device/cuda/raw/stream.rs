use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cudarc::driver::result;
use cudarc::driver::sys::{CUevent_wait_flags, CUstream};

use super::Context;
use super::event::Event;
use super::recording::{Recording, cannot_be_recorded, unless_recorded_here};
use super::store::Store;
use crate::device::DeviceError;

/// A queue of work on a device, done in order.
#[derive(Debug)]
pub(crate) struct Stream {
    raw: CUstream,
    context: Arc<Context>,
    /// The memory that it keeps, if it does.
    store: Option<Store>,
    /// What it is given is noted here, while it is recorded.
    recording: Mutex<Option<Recording>>,
}

// SAFETY: the driver takes a stream from any thread; the handle never changes.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Sync for Stream {}

impl Stream {
    /// Makes a stream that gives memory back to the driver as soon as it can.
    pub(in crate::device::cuda) fn new(context: &Arc<Context>) -> Result<Arc<Self>, DeviceError> {
        Self::made(context, None)
    }

    /// Makes a stream that keeps memory for later work of its own.
    pub(in crate::device::cuda) fn keeping(
        context: &Arc<Context>,
    ) -> Result<Arc<Self>, DeviceError> {
        Self::made(context, Some(Store::default()))
    }

    fn made(context: &Arc<Context>, store: Option<Store>) -> Result<Arc<Self>, DeviceError> {
        let raw = context.call("cuStreamCreate", || {
            result::stream::create(result::stream::StreamKind::NonBlocking)
        })?;
        let context = Arc::clone(context);
        Ok(Arc::new(Self {
            raw,
            context,
            store,
            recording: Mutex::default(),
        }))
    }

    pub(super) fn raw(&self) -> CUstream {
        self.raw
    }

    pub(super) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    pub(super) fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    pub(super) fn recording(&self) -> MutexGuard<'_, Option<Recording>> {
        let recording = self.recording.lock();
        recording.unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses what a recording cannot hold: if this stream is recorded, or
    /// another one by this thread.
    pub(super) fn unless_recorded(&self, call: &'static str) -> Result<(), DeviceError> {
        unless_recorded_here(call)?;
        self.unrecorded(call, || Ok(()))
    }

    /// Does what a recording cannot hold, while none begins. If there is one,
    /// it is refused and spoils that, also where nobody minds the refusal.
    fn unrecorded<T>(
        &self,
        call: &'static str,
        body: impl FnOnce() -> Result<T, DeviceError>,
    ) -> Result<T, DeviceError> {
        let mut recording = self.recording();
        if let Some(recording) = &mut *recording {
            recording.spoil();
            return Err(cannot_be_recorded(call));
        }
        body()
    }

    /// Gives the memory that it keeps back to the driver, unless a graph uses
    /// it, once all is done that is queued; tells whether there was any.
    pub(crate) fn give_back(&self) -> bool {
        let some = self.free_store();
        // Only then is it there for other streams. If the driver refuses to
        // wait, they find that it is not.
        if some && let Err(error) = self.finish() {
            tracing::debug!(%error, "memory may not be back yet");
        }
        some
    }

    /// Does the same, and does not wait.
    pub(crate) fn free_store(&self) -> bool {
        let blocks = self.store.as_ref().map(Store::empty).unwrap_or_default();
        let some = !blocks.is_empty();
        for block in blocks {
            block.free(self);
        }
        some
    }

    /// Blocks the thread until all that is queued is done.
    ///
    /// # Errors
    ///
    /// What went wrong in any of it.
    pub(crate) fn finish(&self) -> Result<(), DeviceError> {
        self.unless_recorded("cuEventSynchronize")?;
        let done = Event::new(&self.context)?;
        self.unrecorded("cuEventRecord", || self.record(&done))?;
        done.wait()
    }

    /// Lets what is queued from now on wait for what is queued on `other`.
    pub(super) fn after(&self, other: &Self) -> Result<(), DeviceError> {
        if self.raw == other.raw {
            return Ok(());
        }
        let there = Event::new(&self.context)?;
        // A stream that waits for one that is recorded would be recorded too.
        other.unrecorded("cuEventRecord", || other.record(&there))?;
        self.unrecorded("cuStreamWaitEvent", || self.wait_for(&there))
    }

    fn wait_for(&self, event: &Event) -> Result<(), DeviceError> {
        self.context.call("cuStreamWaitEvent", || {
            let flags = CUevent_wait_flags::CU_EVENT_WAIT_DEFAULT;
            // SAFETY: stream and event are live handles; the driver holds on
            // to what the wait needs after the event is destroyed.
            unsafe { result::stream::wait_event(self.raw, event.raw(), flags) }
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
        self.free_store();
        self.context.release("cuStreamDestroy_v2", || {
            // SAFETY: made by `new`; the driver first does what is queued.
            unsafe { result::stream::destroy(self.raw) }
        });
    }
}
