//! The pointers that a program hands to the driver.
//!
//! All that is unsafe about the emulator is here: a caller of a driver
//! function promises that its pointers are null or good for what the function
//! does with them, and for asynchronous copies stay so until the copy ended.
//! Each type is what C sees as a plain pointer.

use std::{
    ffi::{CStr, c_char, c_void},
    ptr::NonNull,
};

use crate::{
    bytes::POISON,
    code::{Answer, Code},
};

/// Where a driver function is to put what it made.
#[repr(transparent)]
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// Writes the value.
    ///
    /// # Errors
    ///
    /// A null pointer is an invalid value.
    pub(crate) fn put(&self, value: T) -> Answer<()> {
        self.put_if_asked(value).ok_or(Code::INVALID_VALUE)
    }

    /// Writes the value unless the pointer is null, which then means that the
    /// caller does not want it.
    pub(crate) fn put_if_asked(&self, value: T) -> Option<()> {
        let place = NonNull::new(self.0)?;
        // SAFETY: not null, and the caller promises that it is good for a
        // write of `T`; C gives no promise of alignment that is checked.
        unsafe { place.write_unaligned(value) };
        Some(())
    }
}

/// A C string that the caller passes in.
#[repr(transparent)]
pub(crate) struct Text(*const c_char);

impl Text {
    pub(crate) fn read(&self) -> Answer<String> {
        if self.0.is_null() {
            return Err(Code::INVALID_VALUE);
        }
        // SAFETY: not null, and the caller promises a string ended by NUL.
        let text = unsafe { CStr::from_ptr(self.0) };
        Ok(text.to_string_lossy().into_owned())
    }
}

/// A buffer for a C string that the caller lends.
#[repr(transparent)]
pub(crate) struct TextBuffer(*mut c_char);

impl TextBuffer {
    /// Writes as much of the text as fits in `capacity`, ended by NUL.
    pub(crate) fn write(&self, text: &str, capacity: usize) {
        if self.0.is_null() || capacity == 0 {
            return;
        }
        let fits = &text.as_bytes()[..text.len().min(capacity - 1)];
        let to = HostSpan {
            address: self.0.expose_provenance(),
            len: capacity,
        };
        to.part(0, fits.len()).write(fits);
        to.part(fits.len(), 1).write(&[0]);
    }
}

/// Memory of the program, from which or to which is copied.
#[repr(transparent)]
pub(crate) struct HostPointer(*mut c_void);

impl HostPointer {
    pub(crate) fn address(&self) -> usize {
        self.0.expose_provenance()
    }

    /// Names the `len` bytes from here on.
    ///
    /// # Errors
    ///
    /// A null pointer is an invalid value.
    pub(crate) fn span(&self, len: usize) -> Answer<HostSpan> {
        match self.address() {
            0 => Err(Code::INVALID_VALUE),
            address => Ok(HostSpan { address, len }),
        }
    }
}

/// A stretch of the program's memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostSpan {
    pub(crate) address: usize,
    pub(crate) len: usize,
}

impl HostSpan {
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.address < other.address + other.len && other.address < self.address + self.len
    }

    pub(crate) fn read(self) -> Vec<u8> {
        let mut bytes = vec![0; self.len];
        let from = std::ptr::with_exposed_provenance::<u8>(self.address);
        // SAFETY: the caller of the copy promises that its memory is readable
        // until the copy ended; freed pinned memory is kept (`PinnedBlock`).
        unsafe { from.copy_to_nonoverlapping(bytes.as_mut_ptr(), self.len) };
        bytes
    }

    /// Writes `bytes`, which must be as many as the span has.
    pub(crate) fn write(self, bytes: &[u8]) {
        let len = self.len.min(bytes.len());
        let to = std::ptr::with_exposed_provenance_mut::<u8>(self.address);
        // SAFETY: as for reading; `bytes` is ours, so the two do not overlap.
        unsafe { to.copy_from_nonoverlapping(bytes.as_ptr(), len) };
    }

    fn part(self, from: usize, len: usize) -> Self {
        Self {
            address: self.address + from,
            len,
        }
    }
}

/// The parameters of a launch: for each a pointer to its value.
#[repr(transparent)]
pub(crate) struct Parameters(*mut *mut c_void);

impl Parameters {
    /// Reads the parameter at `index`, which has `len` bytes.
    pub(crate) fn read(&self, index: usize, len: usize) -> Answer<Vec<u8>> {
        if self.0.is_null() {
            return Err(Code::INVALID_VALUE);
        }
        // SAFETY: not null, and the caller promises as many pointers as the
        // kernel has parameters.
        let value = unsafe { *self.0.add(index) };
        Ok(HostPointer(value).span(len)?.read())
    }
}

/// A function of the program that a stream is to call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostCall {
    function: unsafe extern "C" fn(*mut c_void),
    data: *mut c_void,
}

// SAFETY: whoever enqueues a host function promises that it and its data may
// be used from the driver's threads.
unsafe impl Send for HostCall {}
// SAFETY: as above; the only use is the call.
unsafe impl Sync for HostCall {}

impl HostCall {
    pub(crate) fn new(
        function: Option<unsafe extern "C" fn(*mut c_void)>,
        data: *mut c_void,
    ) -> Answer<Self> {
        let function = function.ok_or(Code::INVALID_VALUE)?;
        Ok(Self { function, data })
    }

    pub(crate) fn call(self) {
        // SAFETY: whoever enqueued it promised that it may be called once,
        // from a thread of the driver, with its data.
        unsafe { (self.function)(self.data) }
    }
}

/// Page-locked memory that the emulator made for the program.
#[derive(Debug)]
pub(crate) struct PinnedBlock {
    pages: *mut [Page],
}

#[derive(Clone)]
#[repr(C, align(4096))]
struct Page([u8; 4096]);

// SAFETY: the block is only an address and the duty to free it.
unsafe impl Send for PinnedBlock {}

impl PinnedBlock {
    /// Makes at least `len` poisoned bytes.
    pub(crate) fn new(len: usize) -> Self {
        let pages = vec![Page([POISON; 4096]); len.div_ceil(4096).max(1)];
        Self {
            pages: Box::into_raw(pages.into_boxed_slice()),
        }
    }

    pub(crate) fn address(&self) -> usize {
        self.pages.expose_provenance()
    }

    pub(crate) fn pointer(&self) -> *mut c_void {
        self.pages.cast()
    }
}

impl Drop for PinnedBlock {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw` in `new` and dropped only here.
        drop(unsafe { Box::from_raw(self.pages) });
    }
}
