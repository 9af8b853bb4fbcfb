use std::sync::Arc;

use super::Memory;

/// What the work of a stream uses, noted while it is recorded.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// The memory of other streams.
    pub(super) memory: Vec<Arc<Memory>>,
    pub(super) pinned: Vec<Span>,
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

    pub(super) fn uses(&mut self, memory: &Arc<Memory>) {
        self.memory.push(Arc::clone(memory));
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
