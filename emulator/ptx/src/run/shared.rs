//! The memory of one block, and who was where in it.

use crate::fault::FaultKind;

/// The shared memory of a block.
#[derive(Debug)]
pub(super) struct Shared {
    bytes: Vec<u8>,
    seen: Vec<Seen>,
    /// Counts the barriers: what was before the last one is in order.
    pub(super) epoch: u32,
    check_unwritten: bool,
    check_races: bool,
}

/// Who is at the memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visitor {
    pub(super) thread: u32,
    /// Counts the warp's own barriers.
    pub(super) warp_epoch: u32,
}

/// How the memory is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    Read,
    Write,
    Atomic,
}

impl Use {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Atomic => "atomic",
        }
    }
}

/// The last uses of one byte.
#[derive(Clone, Copy, Default, Debug)]
struct Seen {
    written: bool,
    write: Mark,
    wrote_atomically: bool,
    read: Mark,
    /// Whether other warps than that of `read` have read too.
    read_widely: bool,
}

/// One use; `epoch` 0 is never.
#[derive(Clone, Copy, Default, Debug)]
struct Mark {
    epoch: u32,
    thread: u32,
    warp_epoch: u32,
}

impl Mark {
    /// Tells whether nothing orders this use before the visitor's.
    fn races(self, visitor: Visitor, epoch: u32) -> bool {
        let ordered_by_warp =
            self.thread / 32 == visitor.thread / 32 && self.warp_epoch < visitor.warp_epoch;
        self.epoch == epoch && self.thread != visitor.thread && !ordered_by_warp
    }
}

impl Shared {
    pub(super) fn new(len: usize, check_unwritten: bool, check_races: bool) -> Self {
        Self {
            bytes: vec![0xCD; len],
            seen: vec![Seen::default(); len],
            epoch: 1,
            check_unwritten,
            check_races,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Reads a range that lies inside.
    pub(super) fn read(
        &mut self,
        start: usize,
        into: &mut [u8],
        visitor: Visitor,
    ) -> Result<(), FaultKind> {
        let range = start..start + into.len();
        into.copy_from_slice(&self.bytes[range.clone()]);
        for offset in range {
            self.note_read(offset, visitor, Use::Read)?;
        }
        Ok(())
    }

    /// Writes a range that lies inside.
    pub(super) fn write(
        &mut self,
        start: usize,
        from: &[u8],
        visitor: Visitor,
    ) -> Result<(), FaultKind> {
        for (offset, byte) in (start..).zip(from) {
            // Threads that write the same value do not disagree.
            let same = self.bytes[offset] == *byte;
            self.note_write(offset, visitor, Use::Write, same)?;
            self.bytes[offset] = *byte;
        }
        Ok(())
    }

    /// Replaces a number that lies inside; returns what it was.
    pub(super) fn update(
        &mut self,
        start: usize,
        len: usize,
        visitor: Visitor,
        change: &dyn Fn(u64) -> u64,
    ) -> Result<u64, FaultKind> {
        let mut number = [0; 8];
        number[..len].copy_from_slice(&self.bytes[start..start + len]);
        let old = u64::from_le_bytes(number);
        let new = change(old).to_le_bytes();
        for offset in start..start + len {
            self.check_written(offset)?;
            self.note_write(offset, visitor, Use::Atomic, false)?;
            self.bytes[offset] = new[offset - start];
        }
        Ok(old)
    }

    fn check_written(&self, offset: usize) -> Result<(), FaultKind> {
        if self.check_unwritten && !self.seen[offset].written {
            return Err(FaultKind::Unwritten {
                space: "shared",
                offset: offset as u64,
            });
        }
        Ok(())
    }

    fn note_read(&mut self, offset: usize, visitor: Visitor, usage: Use) -> Result<(), FaultKind> {
        self.check_written(offset)?;
        if !self.check_races {
            return Ok(());
        }
        let epoch = self.epoch;
        let seen = &mut self.seen[offset];
        if seen.write.races(visitor, epoch) {
            return Err(race(
                usage,
                offset,
                seen.write,
                if seen.wrote_atomically {
                    Use::Atomic
                } else {
                    Use::Write
                },
            ));
        }
        let widely = seen.read.epoch == epoch
            && (seen.read_widely || seen.read.thread / 32 != visitor.thread / 32);
        seen.read_widely = widely;
        seen.read = Mark {
            epoch,
            thread: visitor.thread,
            warp_epoch: visitor.warp_epoch,
        };
        Ok(())
    }

    fn note_write(
        &mut self,
        offset: usize,
        visitor: Visitor,
        usage: Use,
        same: bool,
    ) -> Result<(), FaultKind> {
        let epoch = self.epoch;
        let seen = &mut self.seen[offset];
        if self.check_races {
            let both_atomic = usage == Use::Atomic && seen.wrote_atomically;
            if seen.write.races(visitor, epoch) && !both_atomic && !same {
                let did = if seen.wrote_atomically {
                    Use::Atomic
                } else {
                    Use::Write
                };
                return Err(race(usage, offset, seen.write, did));
            }
            let read_elsewhere = seen.read_widely && seen.read.epoch == epoch;
            if (seen.read.races(visitor, epoch) || read_elsewhere) && !same {
                return Err(race(usage, offset, seen.read, Use::Read));
            }
            seen.write = Mark {
                epoch,
                thread: visitor.thread,
                warp_epoch: visitor.warp_epoch,
            };
            seen.wrote_atomically = usage == Use::Atomic;
        }
        seen.written = true;
        Ok(())
    }
}

fn race(usage: Use, offset: usize, other: Mark, did: Use) -> FaultKind {
    let did = match did {
        Use::Read => "read",
        Use::Write => "wrote",
        Use::Atomic => "changed atomically",
    };
    FaultKind::Race {
        access: usage.name(),
        offset: offset as u64,
        other: other.thread,
        did,
    }
}
