use std::collections::VecDeque;

/// Says which branches of a fork get an item, and what each of them gets.
pub(super) trait Router<I> {
    type Item;

    const REACH: Reach;

    /// Addresses what becomes of `item` to queues.
    fn route(&mut self, item: I, queues: &Queues, parcels: &mut Parcels<Self::Item>);
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// One branch gets the item, and which one shows only when it is here.
    One,
    /// Every branch gets something of it, so all must have room.
    All,
    /// Any branch may have it: there is one queue for all.
    Any,
}

pub(super) type Parcels<T> = VecDeque<Parcel<T>>;

/// What is on its way to a queue, and the number of the queue.
pub(super) enum Parcel<T> {
    Item(usize, T),
    /// Opens a queue that is gone or new, and tells so to queue 0.
    Opening(usize, T),
    /// Lets a queue end when it is empty.
    End(usize),
}

impl<T> Parcel<T> {
    /// The queue that it will be in.
    pub(super) fn place(&self) -> Option<usize> {
        match self {
            Self::Item(queue, _) => Some(*queue),
            Self::Opening(..) => Some(0),
            Self::End(_) => None,
        }
    }
}

/// The numbers of the queues, in ascending order.
#[derive(Default)]
pub(super) struct Queues {
    pub(super) open: Vec<usize>,
    /// Those without a branch.
    pub(super) gone: Vec<usize>,
    pub(super) total: usize,
}
