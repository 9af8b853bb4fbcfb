use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// The keys that were seen latest, so many at most.
#[derive(Clone, Debug)]
pub(super) struct Recent<K> {
    // When each of them was seen last.
    seen: HashMap<K, u64>,
    // The same the other way round: the first one is the next to be forgotten.
    order: BTreeMap<u64, K>,
    now: u64,
    max_keys: usize,
}

impl<K: Hash + Eq + Clone> Recent<K> {
    pub(super) fn new(max_keys: usize) -> Self {
        Self {
            seen: HashMap::new(),
            order: BTreeMap::new(),
            now: 0,
            max_keys,
        }
    }

    /// Notes a key, and says whether it was not there.
    pub(super) fn insert(&mut self, key: K) -> bool {
        self.now += 1;
        if let Some(last) = self.seen.get_mut(&key) {
            self.order.remove(last);
            *last = self.now;
            self.order.insert(self.now, key);
            return false;
        }
        if self.order.len() == self.max_keys
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.seen.remove(&oldest);
        }
        self.order.insert(self.now, key.clone());
        self.seen.insert(key, self.now);
        true
    }
}

impl<K> Recent<K> {
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }
}
