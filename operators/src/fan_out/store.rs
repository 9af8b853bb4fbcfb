use std::collections::VecDeque;
use std::mem;

use super::router::{Parcel, Parcels, Queues, Reach};

/// The queues of a fork.
pub(super) struct Store<T> {
    queues: Vec<Queue<T>>,
    reach: Reach,
    capacity: usize,
    // A queue was opened, has ended or is gone.
    changed: bool,
    // Items that were for a branch that is gone.
    pub(super) dropped: u64,
}

struct Queue<T> {
    items: VecDeque<T>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Open,
    /// No more items come.
    Ended,
    /// Its branch was dropped.
    Gone,
}

impl<T> Store<T> {
    pub(super) fn new(queues: usize, reach: Reach, capacity: usize) -> Self {
        Self {
            queues: (0..queues).map(|_| Queue::new()).collect(),
            reach,
            capacity,
            changed: true,
            dropped: 0,
        }
    }

    pub(super) fn len(&self, queue: usize) -> usize {
        self.queues[queue].items.len()
    }

    pub(super) fn has_room(&self, queue: usize) -> bool {
        self.len(queue) < self.capacity
    }

    pub(super) fn has_ended(&self, queue: usize) -> bool {
        self.queues[queue].stage == Stage::Ended
    }

    /// Says whether one more item could be taken, wherever it is for.
    pub(super) fn has_room_for_more(&self, open: &[usize]) -> bool {
        let mut open = open.iter();
        let has_room = |queue: &usize| self.has_room(*queue);
        match self.reach {
            Reach::All => open.all(has_room),
            Reach::One | Reach::Any => open.any(has_room),
        }
    }

    pub(super) fn pop(&mut self, queue: usize) -> Option<T> {
        self.queues[queue].items.pop_front()
    }

    /// Takes parcels in until one has to wait.
    ///
    /// `reached` gets the queues that were empty or have ended, and `unwanted`
    /// what is for a branch that is gone.
    pub(super) fn put(
        &mut self,
        parcels: &mut Parcels<T>,
        reached: &mut Vec<usize>,
        unwanted: &mut Vec<T>,
    ) {
        while let Some(parcel) = parcels.pop_front() {
            let (to, item) = match parcel {
                Parcel::Item(to, item) => (to, item),
                Parcel::Opening(_, item) if self.queues[0].stage == Stage::Gone => {
                    unwanted.push(item);
                    continue;
                }
                Parcel::Opening(queue, item) if self.has_room(0) => {
                    self.open(queue);
                    (0, item)
                }
                opening @ Parcel::Opening(..) => {
                    parcels.push_front(opening);
                    return;
                }
                Parcel::End(queue) => {
                    self.end(queue);
                    reached.push(queue);
                    continue;
                }
            };
            let queue = self.queues.get_mut(to);
            let Some(queue) = queue.filter(|queue| queue.stage == Stage::Open) else {
                self.dropped += 1;
                unwanted.push(item);
                continue;
            };
            if queue.items.len() == self.capacity {
                parcels.push_front(Parcel::Item(to, item));
                return;
            }
            if queue.items.is_empty() {
                reached.push(to);
            }
            queue.items.push_back(item);
        }
    }

    /// Lists the queues anew, unless nothing has changed.
    pub(super) fn list(&mut self, queues: &mut Queues) {
        if !mem::take(&mut self.changed) {
            return;
        }
        let of = |stage| {
            let all = self.queues.iter().enumerate();
            all.filter_map(move |(number, queue)| (queue.stage == stage).then_some(number))
        };
        queues.open.clear();
        queues.open.extend(of(Stage::Open));
        queues.gone.clear();
        queues.gone.extend(of(Stage::Gone));
        queues.total = self.queues.len();
    }

    /// Gives what was left to a branch that is gone.
    pub(super) fn leave(&mut self, queue: usize) -> VecDeque<T> {
        if self.reach == Reach::Any {
            // It is left to the others.
            return VecDeque::new();
        }
        self.changed = true;
        let queue = &mut self.queues[queue];
        queue.stage = Stage::Gone;
        mem::take(&mut queue.items)
    }

    fn open(&mut self, queue: usize) {
        if queue == self.queues.len() {
            self.queues.push(Queue::new());
        } else {
            self.queues[queue].stage = Stage::Open;
        }
        self.changed = true;
    }

    fn end(&mut self, queue: usize) {
        let stage = &mut self.queues[queue].stage;
        if *stage == Stage::Open {
            *stage = Stage::Ended;
            self.changed = true;
        }
    }
}

impl<T> Queue<T> {
    fn new() -> Self {
        Self {
            items: VecDeque::new(),
            stage: Stage::Open,
        }
    }
}
