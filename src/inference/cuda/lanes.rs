use std::mem;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::slot::Slot;
use crate::device::{CudaDevice, DeviceError};

/// After so many full parts that went well, parts twice as large are tried.
const PARTS_BEFORE_LARGER: usize = 64;

/// The devices of a backend, and the slots of each.
#[derive(Debug)]
pub(super) struct Lanes<L> {
    each: Vec<Lane<L>>,
    state: Mutex<State>,
    returned: Condvar,
}

/// One device with the model on it.
#[derive(Debug)]
pub(super) struct Lane<L> {
    pub(super) device: CudaDevice,
    pub(super) loaded: L,
    /// How many rows are run at once at the most.
    limit: AtomicUsize,
    /// How many that may become.
    most: AtomicUsize,
    /// Parts as large as the limit that went well since it has changed.
    full: AtomicUsize,
    shrunk: AtomicBool,
}

#[derive(Debug)]
struct State {
    /// The free slots of each lane.
    free: Vec<Vec<Slot>>,
    /// Why a lane takes no batch any more.
    lost: Vec<Option<DeviceError>>,
    /// The lane that is asked first, so that equals take turns.
    turn: usize,
}

/// A slot that is in use; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Taken<'a, L> {
    lanes: &'a Lanes<L>,
    number: usize,
    /// Empty while it is being dropped.
    slot: Option<Slot>,
}

impl<L> Lanes<L> {
    pub(super) fn new(lanes: Vec<Lane<L>>) -> Self {
        let state = State {
            free: lanes.iter().map(|_| Vec::new()).collect(),
            lost: lanes.iter().map(|_| None).collect(),
            turn: 0,
        };
        Self {
            each: lanes,
            state: Mutex::new(state),
            returned: Condvar::new(),
        }
    }

    /// Gives each device so many slots, in place of those that it has.
    pub(super) fn open(&self, slots: usize) -> Result<(), DeviceError> {
        let each = self.each.iter().map(|lane| {
            let slots = (0..slots).map(|_| Slot::new(&lane.device));
            slots.collect::<Result<Vec<_>, _>>()
        });
        let each = each.collect::<Result<_, _>>()?;
        let before = mem::replace(&mut self.lock().free, each);
        // Not under the lock: they wait for what is under way.
        drop(before);
        Ok(())
    }

    /// Sets how many rows are run at once at the most, before the first batch.
    pub(super) fn set_limit(&self, rows: usize) {
        for lane in &self.each {
            lane.limit.store(rows, Ordering::Relaxed);
            lane.most.store(rows, Ordering::Relaxed);
        }
    }

    /// Takes a slot of the device that has the most; waits if there is none.
    ///
    /// # Errors
    ///
    /// Why the last device was lost, once all are.
    pub(super) fn take(&self) -> Result<Taken<'_, L>, DeviceError> {
        let mut state = self.lock();
        loop {
            if let Some((number, slot)) = state.most_free() {
                return Ok(self.taken(number, slot));
            }
            if let Some(error) = state.all_lost() {
                return Err(error);
            }
            let waited = self.returned.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes a slot if there is one.
    pub(super) fn try_take(&self) -> Option<Taken<'_, L>> {
        let (number, slot) = self.lock().most_free()?;
        Some(self.taken(number, slot))
    }

    fn taken(&self, number: usize, slot: Slot) -> Taken<'_, L> {
        Taken {
            lanes: self,
            number,
            slot: Some(slot),
        }
    }

    /// Tells whether there is a device that is not lost.
    pub(super) fn some_left(&self) -> bool {
        self.lock().all_lost().is_none()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn most_free(&mut self) -> Option<(usize, Slot)> {
        let count = self.free.len();
        let turn = self.turn;
        let number = (0..count)
            .map(|step| (turn + step) % count)
            .filter(|number| self.lost.get(*number).is_some_and(Option::is_none))
            // Of equals the last is taken, hence the first asked comes last.
            .rev()
            .max_by_key(|number| self.free.get(*number).map_or(0, Vec::len))?;
        let slot = self.of(number)?;
        self.turn = (number + 1) % count;
        Some((number, slot))
    }

    fn of(&mut self, number: usize) -> Option<Slot> {
        self.free.get_mut(number)?.pop()
    }

    fn all_lost(&self) -> Option<DeviceError> {
        if self.lost.iter().any(Option::is_none) {
            return None;
        }
        self.lost.iter().flatten().next_back().cloned()
    }

    fn put_back(&mut self, number: usize, slot: Slot) {
        if let Some(free) = self.free.get_mut(number) {
            free.push(slot);
        }
    }
}

impl<L> Lane<L> {
    pub(super) fn new(device: CudaDevice, loaded: L, limit: usize) -> Self {
        Self {
            device,
            loaded,
            limit: AtomicUsize::new(limit),
            most: AtomicUsize::new(limit),
            full: AtomicUsize::new(0),
            shrunk: AtomicBool::new(false),
        }
    }

    /// Returns how many rows are run at once at the most.
    pub(super) fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed).max(1)
    }

    /// Lowers the limit, since so many rows did not fit; says so the first time.
    pub(super) fn shrink(&self, rows: usize, error: &DeviceError) {
        let limit = (rows / 2).max(1);
        self.limit.fetch_min(limit, Ordering::Relaxed);
        self.full.store(0, Ordering::Relaxed);
        if !self.shrunk.swap(true, Ordering::Relaxed) {
            let device = self.device.device();
            tracing::warn!(%device, %error, rows, "batches are run in smaller parts from now on");
        }
    }
}

impl<L> Lane<L> {
    /// Notes that so many rows were run, and tries larger parts again after a
    /// while: what took the memory may be gone.
    pub(super) fn went_well(&self, rows: usize) {
        let (limit, most) = (self.limit(), self.most.load(Ordering::Relaxed));
        if rows < limit || limit >= most {
            return;
        }
        if self.full.fetch_add(1, Ordering::Relaxed) + 1 == PARTS_BEFORE_LARGER {
            self.full.store(0, Ordering::Relaxed);
            let larger = limit.saturating_mul(2).min(most);
            self.limit.store(larger, Ordering::Relaxed);
        }
    }
}

impl<L> Taken<'_, L> {
    /// Returns the device that the slot is of.
    pub(super) fn lane(&self) -> Option<&Lane<L>> {
        self.lanes.each.get(self.number)
    }

    /// Returns the slot, and the device that it is of.
    pub(super) fn parts(&mut self) -> Option<(&Lane<L>, &mut Slot)> {
        Some((self.lanes.each.get(self.number)?, self.slot.as_mut()?))
    }

    /// Gives the device back what memory this slot and the free ones keep;
    /// tells whether there was any.
    pub(super) fn give_back(&mut self) -> bool {
        let mut idle = Vec::new();
        while let Some(slot) = self.lanes.lock().of(self.number) {
            idle.push(self.lanes.taken(self.number, slot));
        }
        let idle = idle.iter_mut().flat_map(|taken| &mut taken.slot);
        let slots = self.slot.iter_mut().chain(idle);
        slots.fold(false, |some, slot| slot.give_back() | some)
    }

    /// Uses the device no more.
    pub(super) fn lose(&self, error: &DeviceError) {
        let mut state = self.lanes.lock();
        if let Some(lost @ None) = state.lost.get_mut(self.number) {
            tracing::error!(%error, "the device is used no more");
            *lost = Some(error.clone());
        }
    }
}

impl<L> Drop for Taken<'_, L> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.lanes.lock().put_back(self.number, slot);
        }
        // All of them, since a device that was lost concerns all.
        self.lanes.returned.notify_all();
    }
}
