use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cudarc::driver::{result, sys};

use super::Stream;
use super::call::{insist, is_settled};
use super::memory::sized;
use super::recording::Span;
use crate::device::DeviceError;
use crate::message::Element;

/// Host memory that a device copies from and to while the host goes on.
///
/// The host's own reads and writes wait until the copies of its stream are
/// done.
#[derive(Debug)]
pub(crate) struct Pinned {
    /// That of no other. Addresses come again.
    number: u64,
    start: NonNull<u8>,
    bytes: usize,
    stream: Arc<Stream>,
    /// Set while the stream may hold a copy from or to here.
    lent: bool,
}

// SAFETY: the memory is this value's own, and may be freed by any thread.
unsafe impl Send for Pinned {}

static NEXT: AtomicU64 = AtomicU64::new(0);

impl Pinned {
    /// Allocates so many bytes, all zero, for copies of this stream.
    pub(crate) fn new(stream: &Arc<Stream>, bytes: usize) -> Result<Self, DeviceError> {
        let bytes = bytes.max(1);
        stream.unless_recorded("cuMemHostAlloc")?;
        let start = stream.context().call("cuMemHostAlloc", || {
            // SAFETY: `drop` frees the memory. Not write-combined, since the
            // answers are read by the host.
            unsafe { result::malloc_host(bytes, sys::CU_MEMHOSTALLOC_PORTABLE) }
        });
        let start = start.map_err(|error| sized(error, bytes))?;
        let start = NonNull::new(start.cast::<u8>())
            .ok_or(DeviceError::OutOfMemory { bytes: Some(bytes) })?;
        // SAFETY: the driver gave so many bytes; they become initialised.
        unsafe { ptr::write_bytes(start.as_ptr(), 0, bytes) };
        Ok(Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            start,
            bytes,
            stream: Arc::clone(stream),
            lent: false,
        })
    }

    /// Returns how many bytes it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns what tells it from all other pinned memory, also of the past.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Writes elements to the start, once no copy is under way.
    pub(crate) fn write<E: Element>(&mut self, elements: &[E]) -> Result<(), DeviceError> {
        let bytes = size_of_val(elements);
        self.settle()?;
        self.check(bytes)?;
        // SAFETY: the bytes fit, no copy is under way, and the two cannot
        // overlap; an element is plain bytes.
        unsafe {
            ptr::copy_nonoverlapping(elements.as_ptr().cast::<u8>(), self.start.as_ptr(), bytes);
        }
        Ok(())
    }

    /// Reads the first elements, once no copy is under way.
    pub(crate) fn read<E: Element>(&mut self, count: usize) -> Result<Vec<E>, DeviceError> {
        let mut elements = vec![E::default(); count];
        let bytes = size_of_val(elements.as_slice());
        self.settle()?;
        self.check(bytes)?;
        // SAFETY: the bytes are there and initialised, no copy is under way;
        // any bytes are an element, since elements are numbers.
        unsafe {
            let target = elements.as_mut_ptr().cast::<u8>();
            ptr::copy_nonoverlapping(self.start.as_ptr(), target, bytes);
        }
        Ok(elements)
    }

    /// Lends the first bytes to a copy that is about to be queued.
    pub(super) fn lend(
        &mut self,
        stream: &Arc<Stream>,
        bytes: usize,
    ) -> Result<&mut [u8], DeviceError> {
        self.check(bytes)?;
        if !Arc::ptr_eq(stream, &self.stream) {
            let code = "the memory belongs to another stream".into();
            let call = "cuMemcpyAsync";
            return Err(DeviceError::Driver { call, code });
        }
        self.lent = true;
        if let Some(recording) = &mut *stream.recording() {
            let pinned = self.number;
            recording.copies(Span { pinned, bytes });
        }
        // SAFETY: the bytes are there and initialised, and `self` is borrowed.
        Ok(unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), bytes) })
    }

    fn settle(&mut self) -> Result<(), DeviceError> {
        if self.lent {
            self.stream.finish()?;
            self.lent = false;
        }
        Ok(())
    }

    fn check(&self, bytes: usize) -> Result<(), DeviceError> {
        if bytes <= self.bytes {
            return Ok(());
        }
        let code = format!("{bytes} bytes do not fit {}", self.bytes).into();
        let call = "cuMemcpyAsync";
        Err(DeviceError::Driver { call, code })
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        if !is_settled(&insist(|| self.settle())) {
            let bytes = self.bytes;
            tracing::error!(
                bytes,
                "pinned memory is never freed: a copy may be under way"
            );
            return;
        }
        self.stream.context().release("cuMemFreeHost", || {
            // SAFETY: allocated by `new`, and no copy is under way.
            unsafe { result::free_host(self.start.as_ptr().cast()) }
        });
    }
}
