use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Wake, Waker};

/// The wakers of the branches that wait.
///
/// As a waker itself it wakes them all, and that is what the input gets. It is
/// kept apart from the rest of a fork, since the input is held there: the one
/// would keep the other alive.
#[derive(Debug, Default)]
pub(super) struct Wakers(Mutex<Vec<Option<Waker>>>);

impl Wakers {
    /// Keeps the waker of a branch that is about to wait.
    pub(super) fn keep(&self, slot: usize, waker: &Waker) {
        {
            let mut places = self.lock();
            if places.len() <= slot {
                places.resize(slot + 1, None);
            }
            if matches!(&places[slot], Some(kept) if kept.will_wake(waker)) {
                return;
            }
        }
        // Wakers are cloned and dropped without the lock: they may run code
        // of anyone's.
        let new = Some(waker.clone());
        let old = mem::replace(&mut self.lock()[slot], new);
        drop(old);
    }

    /// Takes the waker of a branch that does not wait.
    pub(super) fn take(&self, slot: usize) -> Option<Waker> {
        self.lock().get_mut(slot).and_then(Option::take)
    }

    pub(super) fn wake(&self, slot: usize) {
        if let Some(waker) = self.take(slot) {
            waker.wake();
        }
    }

    pub(super) fn wake_others(&self, own: usize) {
        let slots = self.lock().len();
        for slot in (0..slots).filter(|slot| *slot != own) {
            self.wake(slot);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<Waker>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Wakers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_others(usize::MAX);
    }
}
