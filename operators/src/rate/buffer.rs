use std::collections::VecDeque;
use std::fmt;

use super::{Decoupled, Store};
use crate::{Flow, Progress};

/// What a full buffer does with the next item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Overflow {
    /// Leaves it with the input, which then waits.
    Block,
    /// Drops the item that has been in the buffer for longest.
    DropOldest,
    /// Drops the item that arrives.
    DropNewest,
    /// Drops all that the buffer holds, and keeps the item that arrives.
    DropAll,
}

impl<S: Progress> Flow<S> {
    /// Keeps up to `capacity` items while the output is blocked.
    ///
    /// What is kept comes out first, in order. A full buffer does what
    /// `overflow` says; the dropped items are counted by
    /// [`Buffered::dropped`], in [`store()`](Decoupled::store) of the flow's
    /// [`get_ref()`](Flow::get_ref).
    ///
    /// # Backpressure
    ///
    /// Takes input while the output is blocked: up to `capacity` items with
    /// [`Overflow::Block`], and all that comes otherwise. Under a foreign
    /// consumer, which does not drive its progress, nothing is kept or dropped.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items that are kept.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `capacity` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::flow;
    /// use millpond_operators::rate::Overflow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let mut seen = Vec::new();
    /// flow(1..=9)
    ///     .buffer(2, Overflow::DropOldest)
    ///     .inspect(|n| seen.push(*n))
    ///     .for_each_async(async |_| sleep(Duration::from_millis(1)).await)
    ///     .await;
    ///
    /// assert_eq!(seen, [1, 8, 9]);
    /// # }
    /// ```
    #[track_caller]
    pub fn buffer(
        self,
        capacity: usize,
        overflow: Overflow,
    ) -> Flow<Decoupled<S, Buffered<S::Item>>> {
        assert!(
            capacity > 0,
            "`buffer` with a capacity of 0 would keep nothing; give at least 1"
        );
        self.decouple(Buffered {
            items: VecDeque::new(),
            capacity,
            overflow,
            dropped: 0,
        })
    }
}

/// Store for [`Flow::buffer`].
#[derive(Clone)]
#[must_use = "a store does nothing without its flow"]
pub struct Buffered<T> {
    items: VecDeque<T>,
    capacity: usize,
    overflow: Overflow,
    dropped: u64,
}

impl<T> Buffered<T> {
    /// Counts the items dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl<T> Store<T> for Buffered<T> {
    type Out = T;

    fn has_room(&self) -> bool {
        self.items.len() < self.capacity || self.overflow != Overflow::Block
    }

    fn put(&mut self, item: T) {
        if self.items.len() == self.capacity {
            match self.overflow {
                Overflow::DropNewest => {
                    self.dropped += 1;
                    return;
                }
                Overflow::DropAll => {
                    self.dropped += self.items.len() as u64;
                    self.items.clear();
                }
                Overflow::DropOldest | Overflow::Block => {
                    self.dropped += 1;
                    self.items.pop_front();
                }
            }
        }
        self.items.push_back(item);
    }

    fn take(&mut self) -> Option<T> {
        self.items.pop_front()
    }

    fn len(&self) -> usize {
        self.items.len()
    }

    fn keeps_count(&self) -> bool {
        self.overflow == Overflow::Block
    }
}

impl<T> fmt::Debug for Buffered<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffered")
            .field("held", &self.items.len())
            .field("capacity", &self.capacity)
            .field("overflow", &self.overflow)
            .field("dropped", &self.dropped)
            .finish()
    }
}
