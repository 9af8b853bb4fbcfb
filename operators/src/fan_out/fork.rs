//! What the operators of this group share: one input, and a queue per branch.
//!
//! Whichever branch is polled takes the input out, polls it, sorts what comes
//! into the queues, and puts it back; a branch that finds it taken is woken
//! when it is back. So no lock is held while code of the user runs, and
//! branches may live in different tasks.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::panicking;

use super::router::{Parcel, Parcels, Queues, Reach, Router};
use super::store::Store;
use super::wakers::Wakers;
use crate::Progress;
use crate::budget::UNITS_PER_POLL;

pub(super) struct Fork<S, R, T> {
    state: Mutex<State<S, R, T>>,
    wakers: Arc<Wakers>,
    // The same, as the input sees it.
    waker: Waker,
}

struct State<S, R, T> {
    input: Input<S, R, T>,
    store: Store<T>,
    // Some branch waits for room.
    stalled: bool,
}

enum Input<S, R, T> {
    Here(Intake<S, R, T>),
    /// A branch polls it, and another may have asked for it since.
    Taken {
        wanted: bool,
    },
    Ended,
}

struct Intake<S, R, T> {
    input: Pin<Box<S>>,
    router: R,
    // The last item, as long as a queue has no room for it.
    parcels: Parcels<T>,
    queues: Queues,
    // Queues that were empty and are no longer; kept for its room only.
    reached: Vec<usize>,
}

/// Why no further item was taken.
pub(super) enum Stop {
    /// The branch has got an item.
    Arrived,
    /// There is no room; says whether the input moves on by itself.
    Full(Poll<()>),
    /// The input is pending, or another branch polls it.
    Waiting,
    /// The input may have more.
    Yielded,
    Ended,
}

impl<S, R, T> Fork<S, R, T>
where
    S: Progress,
    R: Router<S::Item, Item = T>,
{
    pub(super) fn new(input: S, router: R, queues: usize, capacity: usize) -> Self {
        let wakers = Arc::new(Wakers::default());
        let state = State {
            input: Input::Here(Intake {
                input: Box::pin(input),
                router,
                parcels: VecDeque::new(),
                queues: Queues::default(),
                reached: Vec::new(),
            }),
            store: Store::new(queues, R::REACH, capacity),
            stalled: false,
        };
        Self {
            state: Mutex::new(state),
            waker: Waker::from(Arc::clone(&wakers)),
            wakers,
        }
    }

    pub(super) fn poll_next(
        &self,
        slot: usize,
        queue: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Option<T>> {
        if let Poll::Ready(polled) = self.pop(slot, queue) {
            return Poll::Ready(polled);
        }
        // Before the input is looked at, so that no wake falls in between.
        self.wakers.keep(slot, cx.waker());
        let stop = self.pull(slot, queue, true);
        if let Poll::Ready(polled) = self.pop(slot, queue) {
            drop(self.wakers.take(slot));
            if matches!(stop, Stop::Arrived | Stop::Yielded) {
                // The input was not left pending, so it wakes nobody.
                self.wakers.wake_others(slot);
            }
            return Poll::Ready(polled);
        }
        if matches!(stop, Stop::Yielded | Stop::Arrived) {
            cx.waker().wake_by_ref();
            self.wakers.wake_others(slot);
        }
        Poll::Pending
    }

    pub(super) fn poll_progress(
        &self,
        slot: usize,
        queue: usize,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        if self.lock().has_ended(queue) {
            return Poll::Ready(());
        }
        self.wakers.keep(slot, cx.waker());
        let still = match self.pull(slot, queue, false) {
            Stop::Ended => true,
            // Otherwise it is another branch that has to make room.
            Stop::Full(Poll::Ready(())) => !self.lock().store.has_room(queue),
            Stop::Yielded => {
                cx.waker().wake_by_ref();
                self.wakers.wake_others(slot);
                false
            }
            Stop::Arrived | Stop::Full(Poll::Pending) | Stop::Waiting => false,
        };
        if still {
            drop(self.wakers.take(slot));
            return Poll::Ready(());
        }
        Poll::Pending
    }

    pub(super) fn size_hint(&self, queue: usize) -> (usize, Option<usize>) {
        let state = self.lock();
        let (on_the_way, (lower, upper)) = match &state.input {
            _ if state.has_ended(queue) => (0, (0, Some(0))),
            Input::Here(intake) => {
                let places = intake.parcels.iter().filter_map(Parcel::place);
                let on_the_way = places.filter(|place| *place == queue).count();
                (on_the_way, intake.input.size_hint())
            }
            Input::Taken { .. } | Input::Ended => (0, (0, None)),
        };
        let held = state.store.len(queue) + on_the_way;
        let lower = match R::REACH {
            Reach::One => held,
            Reach::All => lower.saturating_add(held),
            Reach::Any => 0,
        };
        (lower, upper.and_then(|upper| upper.checked_add(held)))
    }

    pub(super) fn is_terminated(&self, queue: usize) -> bool {
        let state = self.lock();
        state.has_ended(queue) && state.store.len(queue) == 0
    }

    /// Gives the next item of a queue, or the end.
    fn pop(&self, slot: usize, queue: usize) -> Poll<Option<T>> {
        let mut state = self.lock();
        let Some(item) = state.store.pop(queue) else {
            return if state.has_ended(queue) {
                Poll::Ready(None)
            } else {
                Poll::Pending
            };
        };
        let stalled = mem::take(&mut state.stalled);
        drop(state);
        if stalled {
            self.wakers.wake_others(slot);
        }
        Poll::Ready(Some(item))
    }

    /// Takes items while there is room, or until the branch has got `one`.
    fn pull(&self, slot: usize, queue: usize, one: bool) -> Stop {
        let mut turn = match self.take_turn(slot) {
            Ok(turn) => turn,
            Err(stop) => return stop,
        };
        let mut cx = Context::from_waker(&self.waker);
        let mut units = UNITS_PER_POLL;
        while let Some(intake) = &mut turn.intake {
            let room = self.deliver(slot, intake);
            if one && self.queued(queue) > 0 {
                return Stop::Arrived;
            }
            if !room {
                return Stop::Full(intake.input.as_mut().poll_progress(&mut cx));
            }
            if units == 0 {
                let _moving = intake.input.as_mut().poll_progress(&mut cx);
                return Stop::Yielded;
            }
            match intake.input.as_mut().poll_next(&mut cx) {
                Poll::Ready(Some(item)) => {
                    units -= 1;
                    // Out of the intake meanwhile: after a panic, what some of
                    // the branches would have got is gone.
                    let mut parcels = mem::take(&mut intake.parcels);
                    intake.router.route(item, &intake.queues, &mut parcels);
                    intake.parcels = parcels;
                }
                Poll::Ready(None) => turn.intake = None,
                Poll::Pending => return Stop::Waiting,
            }
        }
        Stop::Ended
    }

    fn take_turn(&self, slot: usize) -> Result<Turn<'_, S, R, T>, Stop> {
        let mut state = self.lock();
        match mem::replace(&mut state.input, Input::Taken { wanted: false }) {
            Input::Here(intake) => Ok(Turn {
                fork: self,
                slot,
                intake: Some(intake),
            }),
            Input::Taken { .. } => {
                state.input = Input::Taken { wanted: true };
                Err(Stop::Waiting)
            }
            Input::Ended => {
                state.input = Input::Ended;
                Err(Stop::Ended)
            }
        }
    }

    /// Puts parcels into their queues, and says whether there is room for more.
    fn deliver(&self, slot: usize, intake: &mut Intake<S, R, T>) -> bool {
        // Dropped after the lock.
        let mut unwanted = Vec::new();
        let mut state = self.lock();
        let store = &mut state.store;
        store.put(&mut intake.parcels, &mut intake.reached, &mut unwanted);
        store.list(&mut intake.queues);
        let room = intake.parcels.is_empty() && store.has_room_for_more(&intake.queues.open);
        state.stalled |= !room;
        drop(state);
        for to in intake.reached.drain(..) {
            match R::REACH {
                Reach::Any => self.wakers.wake_others(slot),
                Reach::One | Reach::All if to != slot => self.wakers.wake(to),
                Reach::One | Reach::All => (),
            }
        }
        room
    }
}

impl<S, R, T> Fork<S, R, T> {
    /// Counts the items that were for a branch that is gone.
    pub(super) fn dropped(&self) -> u64 {
        self.lock().store.dropped
    }

    pub(super) fn queued(&self, queue: usize) -> usize {
        self.lock().store.len(queue)
    }

    /// Counts items that are lost with their branch.
    pub(super) fn lose(&self, items: usize) {
        self.lock().store.dropped += items as u64;
    }

    /// Lets the others go on without a branch, and gives what was left to it.
    pub(super) fn leave(&self, slot: usize, queue: usize) -> VecDeque<T> {
        drop(self.wakers.take(slot));
        let mut state = self.lock();
        let left = state.store.leave(queue);
        state.stalled = false;
        drop(state);
        self.wakers.wake_others(slot);
        left
    }

    // Each change under the lock is whole even after a panic of a size hint,
    // the only foreign code that runs there.
    fn lock(&self) -> MutexGuard<'_, State<S, R, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S, R, T> State<S, R, T> {
    fn has_ended(&self, queue: usize) -> bool {
        matches!(self.input, Input::Ended) || self.store.has_ended(queue)
    }
}

/// Has the input, and puts it back whatever happens.
struct Turn<'a, S, R, T> {
    fork: &'a Fork<S, R, T>,
    slot: usize,
    // Gone after the end of the input.
    intake: Option<Intake<S, R, T>>,
}

impl<S, R, T> Drop for Turn<'_, S, R, T> {
    fn drop(&mut self) {
        let ended = self.intake.is_none();
        let back = self.intake.take().map_or(Input::Ended, Input::Here);
        let taken = mem::replace(&mut self.fork.lock().input, back);
        // After a panic the input is not pending, so it wakes nobody.
        if ended || panicking() || matches!(taken, Input::Taken { wanted: true }) {
            self.fork.wakers.wake_others(self.slot);
        }
    }
}
