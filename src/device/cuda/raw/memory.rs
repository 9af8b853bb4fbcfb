use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use cudarc::driver::result;
use cudarc::driver::sys::CUdeviceptr;

use super::block::Block;
use super::call::{insist, is_settled};
use super::{Pinned, Stream};
use crate::device::DeviceError;
use crate::message::Element;

/// Device memory, allocated and freed in the order of its stream.
///
/// Work of its own stream may use it as soon as it is made. Memory that is
/// dropped is freed, or kept for later work of its stream, once all is done
/// that was queued there before, and on the other streams that have used it.
#[derive(Debug)]
pub(crate) struct Memory {
    block: Block,
    bytes: usize,
    stream: Arc<Stream>,
    /// Set if the host has seen what it holds arrive, so that no stream need
    /// wait for its own. Weights would else tie all streams together.
    settled: AtomicBool,
    /// The other streams that have used it.
    users: Mutex<Vec<Arc<Stream>>>,
}

impl Memory {
    /// Allocates so many bytes, with anything in them.
    pub(in crate::device::cuda) fn new(
        stream: &Arc<Stream>,
        bytes: usize,
    ) -> Result<Arc<Self>, DeviceError> {
        let block = match stream.store() {
            Some(store) => store.take(stream, bytes),
            None => Block::new(stream, bytes),
        };
        Ok(Arc::new(Self {
            block: block.map_err(|error| sized(error, bytes))?,
            bytes,
            stream: Arc::clone(stream),
            settled: AtomicBool::new(false),
            users: Mutex::default(),
        }))
    }

    pub(super) fn address(&self) -> CUdeviceptr {
        self.block.address()
    }

    /// Returns the stream that it is ordered on.
    pub(in crate::device::cuda) fn stream(&self) -> &Arc<Stream> {
        &self.stream
    }

    /// Copies host memory here, and blocks until that is done.
    pub(in crate::device::cuda) fn write<E: Element>(
        &self,
        elements: &[E],
    ) -> Result<(), DeviceError> {
        let bytes = size_of_val(elements);
        if bytes == 0 {
            self.settled.store(true, Ordering::Release);
            return Ok(());
        }
        self.check(bytes)?;
        self.stream.unless_recorded("cuMemcpyHtoDAsync_v2")?;
        let queued = self.stream.context().call("cuMemcpyHtoDAsync_v2", || {
            // SAFETY: the bytes fit, and the slice is borrowed until the stream
            // has read it, or never will. Where the driver does not say so
            // below, it has: it reads pageable memory before this call returns.
            unsafe { result::memcpy_htod_async(self.address(), elements, self.stream.raw()) }
        });
        let done = insist(|| self.stream.finish());
        queued.and(done)?;
        self.settled.store(true, Ordering::Release);
        Ok(())
    }

    /// Copies the first elements to host memory, and blocks until that is done.
    pub(in crate::device::cuda) fn read<E: Element>(
        &self,
        count: usize,
    ) -> Result<Vec<E>, DeviceError> {
        let mut elements = vec![E::default(); count];
        let bytes = size_of_val(elements.as_slice());
        if bytes == 0 {
            return Ok(elements);
        }
        self.check(bytes)?;
        self.stream.unless_recorded("cuMemcpyDtoHAsync_v2")?;
        let queued = self.stream.context().call("cuMemcpyDtoHAsync_v2", || {
            // SAFETY: the bytes are there, and the vector lives until the stream
            // has written it, or for ever if the driver does not say so below.
            unsafe { result::memcpy_dtoh_async(&mut elements, self.address(), self.stream.raw()) }
        });
        let done = insist(|| self.stream.finish());
        if !is_settled(&done) {
            std::mem::forget(std::mem::take(&mut elements));
        }
        queued.and(done).map(|()| elements)
    }

    /// Queues a copy of the first bytes of pinned memory of the same stream.
    pub(in crate::device::cuda) fn write_from(
        &self,
        pinned: &mut Pinned,
        bytes: usize,
    ) -> Result<(), DeviceError> {
        if bytes == 0 {
            return Ok(());
        }
        self.check(bytes)?;
        let source = pinned.lend(&self.stream, bytes)?;
        self.stream.context().call("cuMemcpyHtoDAsync_v2", || {
            // SAFETY: the bytes fit, and the pinned memory stays untouched
            // until the stream is done with it.
            unsafe { result::memcpy_htod_async(self.address(), source, self.stream.raw()) }
        })
    }

    /// Queues a copy of the first bytes to pinned memory of the same stream.
    pub(in crate::device::cuda) fn read_into(
        &self,
        pinned: &mut Pinned,
        bytes: usize,
    ) -> Result<(), DeviceError> {
        if bytes == 0 {
            return Ok(());
        }
        self.check(bytes)?;
        let target = pinned.lend(&self.stream, bytes)?;
        self.stream.context().call("cuMemcpyDtoHAsync_v2", || {
            // SAFETY: the bytes are there, and the pinned memory stays
            // untouched until the stream is done with it.
            unsafe { result::memcpy_dtoh_async(target, self.address(), self.stream.raw()) }
        })
    }

    /// Lets `stream` use the memory from now on.
    ///
    /// It waits for what is queued before, and to write also for those who
    /// read; and the memory is not freed before it is done.
    pub(super) fn lend(
        self: &Arc<Self>,
        stream: &Arc<Stream>,
        to_write: bool,
    ) -> Result<(), DeviceError> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if to_write {
            self.settled.store(false, Ordering::Release);
            for user in users.iter() {
                stream.after(user)?;
            }
        }
        if !Arc::ptr_eq(stream, &self.stream) {
            if !self.settled.load(Ordering::Acquire) {
                stream.after(&self.stream)?;
            }
            if !users.iter().any(|user| Arc::ptr_eq(user, stream)) {
                users.push(Arc::clone(stream));
            }
            if let Some(recording) = &mut *stream.recording() {
                recording.memory.push(Arc::clone(self));
            }
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

impl Drop for Memory {
    fn drop(&mut self) {
        let users = self.users.get_mut().unwrap_or_else(PoisonError::into_inner);
        let remains = Remains {
            users: std::mem::take(users),
            block: std::mem::take(&mut self.block),
            stream: Arc::clone(&self.stream),
        };
        remains.free();
    }
}

/// Memory that nobody holds any more, and that streams may still use.
#[derive(Debug)]
pub(super) struct Remains {
    block: Block,
    stream: Arc<Stream>,
    users: Vec<Arc<Stream>>,
}

impl Remains {
    /// Frees the memory once the other streams are done with it.
    pub(super) fn free(self) {
        if let Some(stream) = self.recorded()
            && let Some(recording) = &mut *stream.recording()
        {
            // A stream that is recorded can neither wait nor be waited for.
            recording.remains.push(self);
            return;
        }
        let waits = |user: &Arc<Stream>| is_settled(&insist(|| self.stream.after(user)));
        if !self.users.iter().all(waits) {
            let bytes = self.block.bytes();
            tracing::error!(bytes, "device memory is never freed: it may be in use");
            return;
        }
        match self.stream.store() {
            Some(store) => store.put_back(self.block),
            None => self.block.free(&self.stream),
        }
    }

    /// Returns a stream that would have to wait, or be waited for, and is
    /// recorded.
    fn recorded(&self) -> Option<Arc<Stream>> {
        let (first, others) = self.users.split_first()?;
        let mut streams = [first, &self.stream].into_iter().chain(others);
        let recorded = streams.find(|stream| stream.recording().is_some());
        recorded.map(Arc::clone)
    }
}

/// Says how many bytes there was no room for.
pub(super) fn sized(error: DeviceError, bytes: usize) -> DeviceError {
    match error {
        DeviceError::OutOfMemory { .. } => DeviceError::OutOfMemory { bytes: Some(bytes) },
        other => other,
    }
}
