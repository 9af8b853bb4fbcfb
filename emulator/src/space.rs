//! Device memory: allocations, at addresses that mean nothing to the host.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use crate::{
    access::{Access, Accesses},
    bytes::Bytes,
    clock::Clock,
    code::{Answer, Code},
};

/// Addresses of a device start at this, times its number plus one: no host
/// pointer looks like one, and a host that reads through one is stopped.
const DEVICE_SPAN: u64 = 1 << 50;
const ALIGNMENT: u64 = 512;
/// Between two allocations lies memory that belongs to none.
const GUARD: u64 = 4096;

/// One allocation of device memory.
#[derive(Debug)]
pub(crate) struct Allocation {
    pub(crate) number: u64,
    pub(crate) device: usize,
    pub(crate) start: u64,
    pub(crate) bytes: Bytes,
    freed: AtomicBool,
    accesses: Mutex<Accesses>,
    /// Held by an atomic operation, which reads and writes as one.
    pub(crate) atomics: Mutex<()>,
}

impl Allocation {
    pub(crate) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// Tells whether it was freed while someone still holds it.
    pub(crate) fn is_freed(&self) -> bool {
        self.freed.load(Relaxed)
    }

    /// Notes an access; returns an earlier one that nothing orders before it.
    pub(crate) fn note(&self, access: Access, before: &Clock) -> Option<Access> {
        self.accesses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .note(access, before)
    }
}

/// All allocations, the freed ones by name only.
#[derive(Default, Debug)]
pub(crate) struct Space {
    live: BTreeMap<u64, Arc<Allocation>>,
    /// Start, end and number of what was freed.
    past: BTreeMap<u64, (u64, u64)>,
    /// Those whose freeing a stream has not come to yet.
    doomed: Vec<u64>,
    made: u64,
    used: BTreeMap<usize, u64>,
    peak: u64,
}

/// A range found in one live allocation.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) allocation: Arc<Allocation>,
    pub(crate) offset: usize,
    pub(crate) len: usize,
}

impl Space {
    /// Returns what is left when all is forgotten: addresses go on, so that
    /// one from before is never taken for one from after.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            used: self.used.clone(),
            ..Self::default()
        }
    }

    /// Makes a poisoned allocation of `len` bytes, which must not be zero.
    pub(crate) fn allocate(&mut self, device: usize, len: usize) -> u64 {
        let used = self.used.entry(device).or_default();
        // Addresses are never used again, so a stale one is always found out.
        let start = (device as u64 + 1) * DEVICE_SPAN + *used;
        *used += (len as u64).next_multiple_of(ALIGNMENT) + GUARD;
        self.made += 1;
        let allocation = Allocation {
            number: self.made,
            device,
            start,
            bytes: Bytes::poisoned(len),
            freed: AtomicBool::new(false),
            accesses: Mutex::default(),
            atomics: Mutex::default(),
        };
        self.live.insert(start, Arc::new(allocation));
        self.peak = self
            .peak
            .max(self.live.values().map(|live| live.bytes.len() as u64).sum());
        start
    }

    /// Finds the live allocation that holds all of the range.
    pub(crate) fn find(&self, address: u64, len: usize) -> Option<Found> {
        let (_, allocation) = self.live.range(..=address).next_back()?;
        let inside = address.checked_add(len as u64)? <= allocation.end();
        let offset = usize::try_from(address - allocation.start).ok()?;
        inside.then(|| Found {
            allocation: Arc::clone(allocation),
            offset,
            len,
        })
    }

    /// Notes that the program has asked for an allocation to be freed, so
    /// that a second time is found out even before a stream comes to it.
    ///
    /// # Errors
    ///
    /// The text says what the address is instead.
    pub(crate) fn doom(&mut self, address: u64) -> Result<(), String> {
        if self.doomed.contains(&address) || self.past.contains_key(&address) {
            return Err(format!("double free: {}", self.describe(address, 0)));
        }
        if !self.live.contains_key(&address) {
            return Err(format!(
                "free of what is no allocation's start: {}",
                self.describe(address, 0)
            ));
        }
        self.doomed.push(address);
        Ok(())
    }

    /// Ends an allocation.
    pub(crate) fn release(&mut self, address: u64) -> Answer<()> {
        let allocation = self
            .live
            .get(&address)
            .map(Arc::clone)
            .ok_or(Code::INVALID_VALUE)?;
        self.end(&allocation);
        Ok(())
    }

    fn end(&mut self, allocation: &Allocation) {
        let start = allocation.start;
        self.live.remove(&start);
        allocation.freed.store(true, Relaxed);
        self.doomed.retain(|doomed| *doomed != start);
        self.past
            .insert(start, (allocation.end(), allocation.number));
    }

    /// Ends all allocations of a device, and returns what they were.
    pub(crate) fn release_all(&mut self, device: usize) -> Vec<Arc<Allocation>> {
        let leaked: Vec<_> = self.live(Some(device)).map(Arc::clone).collect();
        for allocation in &leaked {
            self.end(allocation);
        }
        leaked
    }

    /// Returns the live allocations, of one device or of all.
    pub(crate) fn live(&self, device: Option<usize>) -> impl Iterator<Item = &Arc<Allocation>> {
        self.live
            .values()
            .filter(move |live| device.is_none_or(|device| live.device == device))
    }

    /// Returns the bytes live on one device, or on all.
    pub(crate) fn live_bytes(&self, device: Option<usize>) -> u64 {
        self.live(device).map(|live| live.bytes.len() as u64).sum()
    }

    /// The most bytes that were ever live at once.
    pub(crate) fn peak_bytes(&self) -> u64 {
        self.peak
    }

    /// Says what lies at a range that is not whole: for messages.
    pub(crate) fn describe(&self, address: u64, len: usize) -> String {
        let range = format!("{len} bytes at {address:#x}");
        if let Some((start, (end, number))) = self.past.range(..=address).next_back()
            && address < (*end).max(start + 1)
        {
            return format!("{range} lie in allocation {number}, which was freed");
        }
        match self.live.range(..=address).next_back() {
            Some((_, live)) if address < live.end() + GUARD => {
                let over = (address + len as u64).saturating_sub(live.end());
                let size = live.bytes.len();
                format!(
                    "{range} reach {over} bytes past the end of allocation {} ({size} bytes)",
                    live.number
                )
            }
            _ => format!("{range} lie in no allocation"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_past_the_end_is_not_found_and_says_by_how_much() {
        let mut space = Space::default();
        let start = space.allocate(0, 100);
        assert!(space.find(start + 96, 4).is_some());
        assert!(space.find(start + 97, 4).is_none());
        assert!(
            space
                .describe(start + 97, 4)
                .contains("1 bytes past the end of allocation 1")
        );
    }

    #[test]
    fn freeing_twice_is_found_out_before_a_stream_comes_to_it() {
        let mut space = Space::default();
        let start = space.allocate(0, 8);
        assert_eq!(space.doom(start), Ok(()));
        assert!(
            space
                .doom(start)
                .is_err_and(|text| text.contains("double free"))
        );
        assert_eq!(space.release(start), Ok(()));
        assert!(
            space
                .doom(start)
                .is_err_and(|text| text.contains("double free"))
        );
        assert!(
            space
                .doom(start + 4)
                .is_err_and(|text| text.contains("no allocation's start"))
        );
    }
}
