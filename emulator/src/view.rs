//! What a kernel sees of device memory while it runs.

use std::{
    cell::Cell,
    sync::{Arc, PoisonError},
};

use millpond_ptx::{AccessError, Memory};

use crate::{
    driver::{Driver, State},
    perform::Doing,
    space::{Allocation, Found},
};

/// The allocations of one device when a launch began.
#[derive(Debug)]
pub(crate) struct View {
    /// Ordered by address.
    allocations: Vec<Seen>,
    /// Where the last access was: the next is mostly there too.
    last: Cell<usize>,
    report_unwritten: bool,
    /// The first byte read that nothing wrote: allocation and offset.
    unwritten: Cell<Option<(usize, usize)>>,
}

#[derive(Debug)]
struct Seen {
    allocation: Arc<Allocation>,
    read: Cell<Span>,
    written: Cell<Span>,
}

/// The smallest range around all accesses; empty at first.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    const EMPTY: Self = Self {
        start: usize::MAX,
        end: 0,
    };

    fn with(self, start: usize, len: usize) -> Self {
        Self {
            start: self.start.min(start),
            end: self.end.max(start + len),
        }
    }
}

impl View {
    pub(crate) fn new(state: &State, device: usize) -> Self {
        let seen = |allocation: &Arc<Allocation>| Seen {
            allocation: Arc::clone(allocation),
            read: Cell::new(Span::EMPTY),
            written: Cell::new(Span::EMPTY),
        };
        Self {
            allocations: state.space.live(Some(device)).map(seen).collect(),
            last: Cell::new(0),
            report_unwritten: state.settings.report_unwritten,
            unwritten: Cell::new(None),
        }
    }

    /// Notes in the allocations what the launch touched, and what of that was
    /// wrong.
    pub(crate) fn settle(&self, state: &mut State, doing: &Doing, kernel: &str) {
        let what = format!("kernel {kernel}");
        for seen in &self.allocations {
            for (span, write) in [(seen.read.get(), false), (seen.written.get(), true)] {
                if span.start < span.end {
                    let allocation = Arc::clone(&seen.allocation);
                    let found = Found {
                        allocation,
                        offset: span.start,
                        len: span.end - span.start,
                    };
                    state.touch(&found, write, doing, &what);
                }
            }
        }
        if let Some((index, offset)) = self.unwritten.get() {
            let number = self.allocations[index].allocation.number;
            state.violation(format!(
                "{what} reads byte {offset} of allocation {number}, which nothing wrote"
            ));
        }
    }

    fn locate(&self, address: u64, len: usize) -> Result<(usize, usize), AccessError> {
        let inside = |index: usize| {
            let allocation = &self.allocations.get(index)?.allocation;
            let fits =
                address >= allocation.start && address.checked_add(len as u64)? <= allocation.end();
            let offset = usize::try_from(address.checked_sub(allocation.start)?).ok()?;
            (fits && !allocation.is_freed()).then_some((index, offset))
        };
        if let Some(found) = inside(self.last.get()) {
            return Ok(found);
        }
        let after = self
            .allocations
            .partition_point(|seen| seen.allocation.start <= address);
        let found = after.checked_sub(1).and_then(inside);
        let found =
            found.ok_or_else(|| AccessError(Driver::get().lock().space.describe(address, len)))?;
        self.last.set(found.0);
        Ok(found)
    }
}

impl Memory for View {
    fn read(&self, address: u64, into: &mut [u8]) -> Result<(), AccessError> {
        let (index, offset) = self.locate(address, into.len())?;
        let seen = &self.allocations[index];
        seen.read.set(seen.read.get().with(offset, into.len()));
        seen.allocation.bytes.read(offset, into);
        if self.report_unwritten
            && self.unwritten.get().is_none()
            && let Some(first) = seen.allocation.bytes.first_unwritten(offset, into.len())
        {
            self.unwritten.set(Some((index, first)));
        }
        Ok(())
    }

    fn write(&self, address: u64, from: &[u8]) -> Result<(), AccessError> {
        let (index, offset) = self.locate(address, from.len())?;
        let seen = &self.allocations[index];
        seen.written
            .set(seen.written.get().with(offset, from.len()));
        seen.allocation.bytes.write(offset, from);
        Ok(())
    }

    fn update(
        &self,
        address: u64,
        bytes: usize,
        change: &dyn Fn(u64) -> u64,
    ) -> Result<u64, AccessError> {
        let (index, _) = self.locate(address, bytes)?;
        let _alone = self.allocations[index]
            .allocation
            .atomics
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut number = [0; 8];
        self.read(address, &mut number[..bytes])?;
        let old = u64::from_le_bytes(number);
        self.write(address, &change(old).to_le_bytes()[..bytes])?;
        Ok(old)
    }
}
