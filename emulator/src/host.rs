//! Page-locked memory of the host, and the copies that still use it.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
};

use crate::{
    api::pointer::{HostSpan, PinnedBlock},
    clock::Ticket,
    code::{Answer, Code},
};

/// Freed pinned memory is kept up to so many bytes, so that a late copy finds
/// memory there and is reported instead of ending the process.
const KEPT_BYTES: usize = 64 << 20;

/// What a stretch of host memory is to the driver.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Pageable,
    Pinned,
    /// It was pinned, and has been freed.
    Freed,
}

/// All page-locked memory.
#[derive(Default, Debug)]
pub(crate) struct Host {
    pins: BTreeMap<usize, Pin>,
    kept: VecDeque<(usize, Pin)>,
    users: Vec<User>,
}

#[derive(Debug)]
struct Pin {
    len: usize,
    /// None where the program's own memory was registered.
    block: Option<PinnedBlock>,
}

/// A copy that has not ended yet.
#[derive(Debug)]
struct User {
    range: Range<usize>,
    write: bool,
    ticket: Ticket,
}

impl Host {
    /// Returns what is left when all is forgotten: the bytes of the blocks,
    /// which a copy under way, or the program, may still touch.
    pub(crate) fn emptied(&mut self) -> Self {
        let mut kept = std::mem::take(&mut self.kept);
        kept.extend(
            std::mem::take(&mut self.pins)
                .into_iter()
                .filter(|(_, pin)| pin.block.is_some()),
        );
        Self {
            kept,
            ..Self::default()
        }
    }

    /// Takes a block into the books.
    pub(crate) fn add(&mut self, block: PinnedBlock, len: usize) {
        self.kept.retain(|(start, _)| *start != block.address());
        self.pins.insert(
            block.address(),
            Pin {
                len,
                block: Some(block),
            },
        );
    }

    /// Page-locks memory that the program made.
    pub(crate) fn register(&mut self, span: HostSpan) -> Answer<()> {
        if self.place(span) == Place::Pinned {
            return Err(Code::HOST_MEMORY_ALREADY_REGISTERED);
        }
        self.pins.insert(
            span.address,
            Pin {
                len: span.len,
                block: None,
            },
        );
        Ok(())
    }

    /// Undoes [`register`](Self::register).
    pub(crate) fn unregister(&mut self, address: usize) -> Answer<()> {
        match self.pins.get(&address) {
            Some(Pin { block: None, .. }) => {
                self.pins.remove(&address);
                Ok(())
            }
            _ => Err(Code::HOST_MEMORY_NOT_REGISTERED),
        }
    }

    /// Frees a block. Its bytes stay readable for a while.
    ///
    /// # Errors
    ///
    /// The text says why it is none that can be freed.
    pub(crate) fn free(&mut self, address: usize) -> Result<(), String> {
        let owned = self
            .pins
            .get(&address)
            .is_some_and(|pin| pin.block.is_some());
        let Some(pin) = self.pins.remove(&address).filter(|_| owned) else {
            let again = self.kept.iter().any(|(start, _)| *start == address);
            let what = if again {
                "double free"
            } else {
                "free of what was not allocated"
            };
            return Err(format!("{what}: pinned host memory at {address:#x}"));
        };
        self.kept.push_back((address, pin));
        while self.kept.iter().map(|(_, pin)| pin.len).sum::<usize>() > KEPT_BYTES
            && self.kept.len() > 1
        {
            self.kept.pop_front();
        }
        Ok(())
    }

    /// Tells what a stretch of memory is.
    pub(crate) fn place(&self, span: HostSpan) -> Place {
        let inside = |start: usize, pin: &Pin| {
            start <= span.address && span.address + span.len <= start + pin.len
        };
        let pinned = self.pins.range(..=span.address).next_back();
        if pinned.is_some_and(|(start, pin)| inside(*start, pin)) {
            return Place::Pinned;
        }
        let freed = self.kept.iter().any(|(start, pin)| inside(*start, pin));
        if freed { Place::Freed } else { Place::Pageable }
    }

    /// Notes a copy that uses the memory until `ticket` is done.
    pub(crate) fn use_until(&mut self, span: HostSpan, write: bool, ticket: Ticket) {
        self.users.push(User {
            range: span.address..span.address + span.len,
            write,
            ticket,
        });
    }

    /// Forgets copies that have ended.
    pub(crate) fn forget(&mut self, done: impl Fn(Ticket) -> bool) {
        self.users.retain(|user| !done(user.ticket));
    }

    /// Tells whether a copy that has not ended uses the memory, as of the last
    /// [`forget`](Self::forget); with `writers`, only one that writes it.
    pub(crate) fn in_use(&self, span: HostSpan, writers: bool) -> bool {
        let end = span.address + span.len;
        let hit = |user: &User| user.range.start < end && span.address < user.range.end;
        self.users
            .iter()
            .any(|user| hit(user) && (user.write || !writers))
    }

    /// Returns the length of the block that starts at `address`.
    pub(crate) fn len(&self, address: usize) -> usize {
        self.pins.get(&address).map_or(0, |pin| pin.len)
    }

    /// Returns how many blocks the program has not freed, and their bytes.
    pub(crate) fn live(&self) -> (usize, usize) {
        let owned = self.pins.values().filter(|pin| pin.block.is_some());
        owned.fold((0, 0), |(count, bytes), pin| (count + 1, bytes + pin.len))
    }
}
