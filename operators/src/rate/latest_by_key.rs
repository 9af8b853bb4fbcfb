use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;

use super::{Decoupled, Store};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Keeps the newest item of each key while the output is blocked.
    ///
    /// An item takes the place of the one with the same key, which is dropped
    /// and counted by [`LatestByKey::dropped`]. The keys come out in the order
    /// in which they came to be kept. `key` is called once for each item.
    ///
    /// # Backpressure
    ///
    /// Keeps at most `max_keys` items. While so many are kept, the input waits:
    /// the key of the next item is not known before it is taken. Under a
    /// foreign consumer, which does not drive its progress, nothing is dropped.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items that are kept.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_keys` is zero.
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
    /// let mut prices = Vec::new();
    /// flow([("oil", 1), ("tin", 2), ("oil", 3), ("tin", 4), ("tin", 5)])
    ///     .latest_by_key(8, |(name, _)| *name)
    ///     .inspect(|price| prices.push(*price))
    ///     .for_each_async(async |_| sleep(Duration::from_millis(1)).await)
    ///     .await;
    ///
    /// assert_eq!(prices, [("oil", 1), ("tin", 5), ("oil", 3)]);
    /// # }
    /// ```
    #[track_caller]
    #[expect(
        clippy::type_complexity,
        reason = "a named type, as every operator has"
    )]
    pub fn latest_by_key<K, F>(
        self,
        max_keys: usize,
        key: F,
    ) -> Flow<Decoupled<S, LatestByKey<F, K, S::Item>>>
    where
        F: FnMut(&S::Item) -> K,
        K: Hash + Eq + Clone,
    {
        assert!(
            max_keys > 0,
            "`latest_by_key` with 0 keys would keep nothing; give at least 1"
        );
        self.decouple(LatestByKey {
            key,
            items: VecDeque::new(),
            numbers: HashMap::new(),
            first: 0,
            max_keys,
            dropped: 0,
        })
    }
}

/// Store for [`Flow::latest_by_key`].
#[derive(Clone)]
#[must_use = "a store does nothing without its flow"]
pub struct LatestByKey<F, K, T> {
    key: F,
    items: VecDeque<(K, T)>,
    // The number of each key's place; that of the first place is `first`.
    numbers: HashMap<K, u64>,
    first: u64,
    max_keys: usize,
    dropped: u64,
}

impl<F, K, T> LatestByKey<F, K, T> {
    /// Counts the items dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl<T, K, F> Store<T> for LatestByKey<F, K, T>
where
    F: FnMut(&T) -> K,
    K: Hash + Eq + Clone,
{
    type Out = T;

    fn has_room(&self) -> bool {
        self.items.len() < self.max_keys
    }

    fn put(&mut self, item: T) {
        let key = (self.key)(&item);
        let place = self
            .numbers
            .get(&key)
            .and_then(|number| usize::try_from(number - self.first).ok())
            .and_then(|place| self.items.get_mut(place));
        if let Some((_, older)) = place {
            *older = item;
            self.dropped += 1;
            return;
        }
        let number = self.first + self.items.len() as u64;
        self.numbers.insert(key.clone(), number);
        self.items.push_back((key, item));
    }

    fn take(&mut self) -> Option<T> {
        let (key, item) = self.items.pop_front()?;
        self.numbers.remove(&key);
        self.first += 1;
        Some(item)
    }

    fn len(&self) -> usize {
        self.items.len()
    }
}

impl<F, K, T> fmt::Debug for LatestByKey<F, K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LatestByKey")
            .field("held", &self.items.len())
            .field("max_keys", &self.max_keys)
            .field("dropped", &self.dropped)
            .finish_non_exhaustive()
    }
}
