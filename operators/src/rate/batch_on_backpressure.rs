use std::fmt;
use std::mem;

use super::{Decoupled, Store};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Gathers the items that come while the output is blocked.
    ///
    /// The vectors hold items in order, with costs of at most `max_weight` in
    /// sum; an item that costs more is a vector of its own. While the output
    /// asks, each item comes out in a vector of one. `cost` is called once for
    /// each item; give `|_| 1` to bound the count.
    ///
    /// # Backpressure
    ///
    /// Takes input while the output is blocked, until an item does not fit any
    /// more. That one is held for the next vector. Under a foreign consumer,
    /// which does not drive its progress, every vector has one item.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items that were gathered.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_weight` is zero.
    ///
    /// # Units
    ///
    /// `max_weight` is in the unit of `cost`, such as bytes. A cost of 0 counts
    /// as 1, so that the number of items is bounded too.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::flow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let mut writes = Vec::new();
    /// flow(["a", "bb", "cc", "dd"])
    ///     .batch_on_backpressure(5, |text| text.len())
    ///     .inspect(|texts| writes.push(texts.concat()))
    ///     .for_each_async(async |_| sleep(Duration::from_millis(1)).await)
    ///     .await;
    ///
    /// assert_eq!(writes, ["a", "bbcc", "dd"]);
    /// # }
    /// ```
    #[track_caller]
    pub fn batch_on_backpressure<F>(
        self,
        max_weight: usize,
        cost: F,
    ) -> Flow<Decoupled<S, BatchOnBackpressure<F, S::Item>>>
    where
        F: FnMut(&S::Item) -> usize,
    {
        assert!(
            max_weight > 0,
            "`batch_on_backpressure` with a weight of 0 would gather nothing; give at least 1"
        );
        self.decouple(BatchOnBackpressure {
            cost,
            items: Vec::new(),
            weight: 0,
            next: None,
            max_weight,
        })
    }
}

/// Store for [`Flow::batch_on_backpressure`].
#[derive(Clone)]
#[must_use = "a store does nothing without its flow"]
pub struct BatchOnBackpressure<F, T> {
    cost: F,
    items: Vec<T>,
    weight: usize,
    // The item that did not fit, and its cost.
    next: Option<(T, usize)>,
    max_weight: usize,
}

impl<T, F: FnMut(&T) -> usize> Store<T> for BatchOnBackpressure<F, T> {
    type Out = Vec<T>;

    fn has_room(&self) -> bool {
        self.next.is_none() && self.weight < self.max_weight
    }

    fn put(&mut self, item: T) {
        let cost = (self.cost)(&item).max(1);
        let weight = self.weight.saturating_add(cost);
        if self.items.is_empty() || weight <= self.max_weight {
            self.items.push(item);
            self.weight = weight;
        } else {
            self.next = Some((item, cost));
        }
    }

    fn take(&mut self) -> Option<Vec<T>> {
        if self.items.is_empty() {
            return None;
        }
        let items = mem::take(&mut self.items);
        self.weight = 0;
        if let Some((item, cost)) = self.next.take() {
            self.items.push(item);
            self.weight = cost;
        }
        Some(items)
    }

    fn len(&self) -> usize {
        usize::from(!self.items.is_empty()) + usize::from(self.next.is_some())
    }
}

impl<F, T> fmt::Debug for BatchOnBackpressure<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchOnBackpressure")
            .field("held", &self.items.len())
            .field("weight", &self.weight)
            .field("max_weight", &self.max_weight)
            .finish_non_exhaustive()
    }
}
