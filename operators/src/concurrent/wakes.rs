//! Which of many futures were woken, told by one bit each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};

const PLACES_PER_GROUP: usize = 64;
/// Groups whose numbers differ by a multiple of this share a bit.
const GROUP_BITS: usize = 63;
/// The last bit: the task waits for the first of the others.
const LISTENING: u64 = 1 << GROUP_BITS;

/// The owner's side: makes a waker per place, and takes in the wakes.
///
/// Waking a place sets its bit in the word of its group. The first bit of a
/// group sets the group's own bit, and the first of those wakes the task. So
/// a wake costs one atomic operation while others are waiting to be taken in,
/// and taking in costs one per 64 places.
#[derive(Default)]
pub(super) struct Wakes {
    shared: Arc<Shared>,
    groups: Vec<Arc<Group>>,
}

impl Wakes {
    /// Makes the waker of the next place; places are counted from zero.
    pub(super) fn waker(&mut self, place: usize) -> Waker {
        let number = place / PLACES_PER_GROUP;
        if number == self.groups.len() {
            self.groups.push(Arc::new(Group {
                bit: 1 << (number % GROUP_BITS),
                places: AtomicU64::new(0),
                shared: Arc::clone(&self.shared),
            }));
        }
        Waker::from(Arc::new(PlaceWaker {
            bit: 1 << (place % PLACES_PER_GROUP),
            group: Arc::clone(&self.groups[number]),
        }))
    }

    /// Calls `f` with each place that was woken since the last call.
    #[inline]
    pub(super) fn take(&self, mut f: impl FnMut(usize)) {
        // A wake that is missed here is found by `listen`.
        if self.shared.groups.load(Ordering::Relaxed) & !LISTENING == 0 {
            return;
        }
        let groups = self.shared.groups.swap(0, Ordering::AcqRel) & !LISTENING;
        for bit in ones(groups) {
            for number in (bit..self.groups.len()).step_by(GROUP_BITS) {
                let woken = self.groups[number].places.swap(0, Ordering::AcqRel);
                for place in ones(woken) {
                    f(number * PLACES_PER_GROUP + place);
                }
            }
        }
    }

    /// Has `task` woken by the next wake; `false` if there is one already.
    pub(super) fn listen(&self, task: &Waker) -> bool {
        self.shared.set_task(task);
        self.shared.groups.fetch_or(LISTENING, Ordering::AcqRel) & !LISTENING == 0
    }
}

impl Drop for Wakes {
    fn drop(&mut self) {
        // The wakers may live on in other hands; the task's must not.
        drop(self.shared.take_task());
    }
}

#[derive(Default)]
struct Shared {
    groups: AtomicU64,
    task: Mutex<Option<Waker>>,
}

impl Shared {
    fn set_task(&self, task: &Waker) {
        let mut known = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if known.as_ref().is_none_or(|known| !known.will_wake(task)) {
            let old = known.replace(task.clone());
            // A waker may do anything when dropped, so not under the lock.
            drop(known);
            drop(old);
        }
    }

    fn take_task(&self) -> Option<Waker> {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        task.take()
    }
}

struct Group {
    bit: u64,
    places: AtomicU64,
    shared: Arc<Shared>,
}

struct PlaceWaker {
    bit: u64,
    group: Arc<Group>,
}

impl Wake for PlaceWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // All of these are read-modify-write operations: each one sees what
        // the one before it wrote, so no wake falls between two of them.
        let group = &self.group;
        if group.places.fetch_or(self.bit, Ordering::AcqRel) != 0 {
            return;
        }
        let shared = &group.shared;
        if shared.groups.fetch_or(group.bit, Ordering::AcqRel) == LISTENING
            && let Some(task) = shared.take_task()
        {
            task.wake();
        }
    }
}

/// The numbers of the bits that are set, lowest first.
fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (word != 0).then(|| {
            let lowest = word.trailing_zeros();
            word &= word - 1;
            lowest as usize
        })
    })
}
