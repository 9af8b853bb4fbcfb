use std::cell::Cell;
use std::sync::Arc;

use super::memory::Remains;
use super::{Kernel, Memory};
use crate::device::DeviceError;

/// What the work of a stream uses, noted while it is recorded.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// The memory of other streams.
    pub(super) memory: Vec<Arc<Memory>>,
    pub(super) kernels: Vec<Arc<Kernel>>,
    pub(super) pinned: Vec<Span>,
    /// Freed when the stream can be waited for again.
    pub(super) remains: Vec<Remains>,
    spoilt: bool,
}

/// So many bytes of the pinned memory of this number, from its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) pinned: u64,
    pub(super) bytes: usize,
}

impl Recording {
    /// Notes that the work holds something that cannot be recorded.
    pub(super) fn spoil(&mut self) {
        self.spoilt = true;
    }

    pub(super) fn is_spoilt(&self) -> bool {
        self.spoilt
    }

    /// Notes a copy from or to pinned memory.
    pub(super) fn copies(&mut self, span: Span) {
        let known = self.pinned.iter_mut();
        match { known }.find(|known| known.pinned == span.pinned) {
            Some(known) => known.bytes = known.bytes.max(span.bytes),
            None => self.pinned.push(span),
        }
    }
}

/// What this thread records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Here {
    Nothing,
    Something,
    /// It did what cannot be recorded, be it on another stream.
    Spoilt,
}

thread_local! {
    static HERE: Cell<Here> = const { Cell::new(Here::Nothing) };
}

/// Notes that this thread records a stream from now on.
pub(super) fn begin_here() {
    HERE.set(Here::Something);
}

/// Notes that it does so no more; tells whether what it did can be recorded.
pub(super) fn end_here() -> bool {
    HERE.replace(Here::Nothing) != Here::Spoilt
}

/// Refuses what a thread may not do while it records, whatever it concerns:
/// to wait, to allocate, and to load kernels.
pub(in crate::device::cuda) fn unless_recorded_here(call: &'static str) -> Result<(), DeviceError> {
    if HERE.get() == Here::Nothing {
        return Ok(());
    }
    HERE.set(Here::Spoilt);
    Err(cannot_be_recorded(call))
}

pub(super) fn cannot_be_recorded(call: &'static str) -> DeviceError {
    let code = "that cannot be recorded".into();
    DeviceError::Driver { call, code }
}
