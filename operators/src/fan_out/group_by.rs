use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::branch::{Branch, stream_of_branch};
use super::fork::Fork;
use super::router::{Parcel, Parcels, Queues, Reach, Router};
use crate::{Flow, Progress};

/// Stream for [`Flow::group_by`].
#[must_use = "streams do nothing unless polled"]
pub struct GroupBy<S: Progress, K, F> {
    fork: Arc<KeyedFork<S, K, S::Item, F>>,
}

type KeyedFork<S, K, T, F> = Fork<S, ByKey<K, F>, Grouped<K, T>>;

/// The items of one key. See [`Flow::group_by`].
#[must_use = "streams do nothing unless polled"]
pub struct Group<S: Progress, K, F> {
    branch: Branch<S, ByKey<K, F>, Grouped<K, S::Item>>,
}

impl<S: Progress> Flow<S> {
    /// Emits a flow of its own for the items of each key, with the key.
    ///
    /// A group is emitted when the first item of its key comes, and carries
    /// that item too. The groups, and the flow of groups, may be polled in one
    /// task or in several; whichever is polled takes items from the input and
    /// leaves those of the others to them. Where a state per key will do, use
    /// [`stateful_map_by_key`](Flow::stateful_map_by_key).
    ///
    /// # Completion
    ///
    /// All groups, and the flow of groups, end when the input has ended and
    /// their own items have been emitted. At most `max_live` groups are live:
    /// the first item of a further key ends the group that had no item for
    /// longest. Should the key of that one come back, it starts a new group.
    ///
    /// # Backpressure
    ///
    /// Each group holds up to `capacity` items, and up to `capacity` groups
    /// wait to be taken. An item for a group that is full stops the intake
    /// until that one makes room, even while others wait, and so does a new
    /// group where there is no room for it. So all groups that have been
    /// emitted, and the flow of groups, have to be consumed at the same time; a
    /// consumer that takes fewer than `max_live` groups at once may wait for
    /// ever.
    ///
    /// # Cancellation
    ///
    /// Dropping a group drops the items that it holds, and ends it: the next
    /// item of its key starts a new group. Dropping the flow of groups leaves
    /// those that were emitted as they are, and later on each item of another
    /// key is dropped. [`GroupBy::dropped`] and [`Group::dropped`] count all of
    /// these. The input is dropped with the last of them all.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_live` or `capacity` is zero. A panic of
    /// `key` loses the item; all groups go on.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut totals: Vec<_> = flow([("ann", 3), ("bob", 5), ("ann", 4)])
    ///     .group_by(100, 1, |(name, _)| *name)
    ///     .map_async_unordered(100, |(name, visits)| {
    ///         visits.fold((name, 0), |(name, sum), (_, n)| (name, sum + n))
    ///     })
    ///     .collect()
    ///     .await;
    /// totals.sort();
    ///
    /// assert_eq!(totals, [("ann", 7), ("bob", 5)]);
    /// # }
    /// ```
    #[track_caller]
    pub fn group_by<K, F>(self, max_live: usize, capacity: usize, key: F) -> Flow<GroupBy<S, K, F>>
    where
        K: Clone + Eq + Hash,
        F: FnMut(&S::Item) -> K,
    {
        assert!(
            max_live > 0,
            "a `group_by` with 0 live groups would emit none; give at least 1"
        );
        assert!(
            capacity > 0,
            "a `group_by` with room for 0 items would take none; give at least 1"
        );
        let router = ByKey {
            key,
            max_live,
            queue_of: HashMap::new(),
            by_use: BTreeMap::new(),
            keys: Vec::new(),
            items: 0,
        };
        Flow::native(GroupBy {
            fork: Arc::new(Fork::new(self.into_stream(), router, 1, capacity)),
        })
    }
}

impl<S: Progress, K, F> GroupBy<S, K, F> {
    /// Counts the items, of all groups, that were lost because theirs is gone.
    pub fn dropped(&self) -> u64 {
        self.fork.dropped()
    }
}

impl<S: Progress, K, F> Group<S, K, F> {
    /// Counts the items, of all groups, that were lost because theirs is gone.
    pub fn dropped(&self) -> u64 {
        self.branch.dropped()
    }
}

/// What the queues hold: new groups the first, and items the others.
enum Grouped<K, T> {
    /// A key, and the queue of its group.
    Group(K, usize),
    Item(T),
}

impl<K, T> Grouped<K, T> {
    fn item(self) -> Option<T> {
        match self {
            Self::Group(..) => None,
            Self::Item(item) => Some(item),
        }
    }
}

struct ByKey<K, F> {
    key: F,
    max_live: usize,
    queue_of: HashMap<K, usize>,
    // The queues, by the number of their last item.
    by_use: BTreeMap<u64, usize>,
    // The key of each queue that is in use, and the number of its last item.
    keys: Vec<Option<(K, u64)>>,
    items: u64,
}

impl<K: Clone + Eq + Hash, F> ByKey<K, F> {
    /// Takes a queue out of use.
    fn forget(&mut self, queue: usize) {
        if let Some((key, used)) = self.keys.get_mut(queue).and_then(Option::take) {
            self.queue_of.remove(&key);
            self.by_use.remove(&used);
        }
    }

    /// Finds the queue of a key, unless it is gone.
    fn find(&mut self, key: &K, queues: &Queues) -> Option<usize> {
        let queue = *self.queue_of.get(key)?;
        queues.open.binary_search(&queue).ok()?;
        Some(queue)
    }

    /// Takes a queue into use, and says which one ends for it.
    fn start(&mut self, key: K, queues: &Queues) -> (usize, Option<usize>) {
        for queue in &queues.gone {
            self.forget(*queue);
        }
        let is_full = self.queue_of.len() >= self.max_live;
        let oldest = self.by_use.values().next().copied();
        let ends = oldest.filter(|_| is_full);
        if let Some(queue) = ends {
            self.forget(queue);
        }
        let queue = queues.gone.last().copied().unwrap_or(queues.total);
        self.queue_of.insert(key, queue);
        (queue, ends)
    }

    fn used(&mut self, queue: usize, key: K) {
        self.items += 1;
        if self.keys.len() <= queue {
            self.keys.resize(queue + 1, None);
        }
        if let Some((_, used)) = self.keys[queue].replace((key, self.items)) {
            self.by_use.remove(&used);
        }
        self.by_use.insert(self.items, queue);
    }
}

impl<T, K, F> Router<T> for ByKey<K, F>
where
    K: Clone + Eq + Hash,
    F: FnMut(&T) -> K,
{
    type Item = Grouped<K, T>;

    const REACH: Reach = Reach::One;

    fn route(&mut self, item: T, queues: &Queues, parcels: &mut Parcels<Grouped<K, T>>) {
        let key = (self.key)(&item);
        let queue = if let Some(queue) = self.find(&key, queues) {
            queue
        } else if queues.open.first() == Some(&0) {
            // Before anything changes, since a clone may panic.
            let (name, kept) = (key.clone(), key.clone());
            let (queue, ends) = self.start(kept, queues);
            parcels.extend(ends.map(Parcel::End));
            parcels.push_back(Parcel::Opening(queue, Grouped::Group(name, queue)));
            queue
        } else {
            // Nobody takes new groups, so the item goes where it is dropped.
            parcels.push_back(Parcel::Item(0, Grouped::Item(item)));
            return;
        };
        self.used(queue, key);
        parcels.push_back(Parcel::Item(queue, Grouped::Item(item)));
    }
}

impl<S, K, F> Stream for GroupBy<S, K, F>
where
    S: Progress,
    K: Clone + Eq + Hash,
    F: FnMut(&S::Item) -> K,
{
    type Item = (K, Flow<Group<S, K, F>>);

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.fork.poll_next(0, 0, cx);
        polled.map(|grouped| match grouped {
            Some(Grouped::Group(key, queue)) => {
                let branch = Branch::of(&self.fork, queue);
                Some((key, Flow::native(Group { branch })))
            }
            Some(Grouped::Item(_)) | None => None,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.fork.size_hint(0)
    }
}

impl<S, K, F> FusedStream for GroupBy<S, K, F>
where
    S: Progress,
    K: Clone + Eq + Hash,
    F: FnMut(&S::Item) -> K,
{
    fn is_terminated(&self) -> bool {
        self.fork.is_terminated(0)
    }
}

impl<S, K, F> Progress for GroupBy<S, K, F>
where
    S: Progress,
    K: Clone + Eq + Hash,
    F: FnMut(&S::Item) -> K,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.fork.poll_progress(0, 0, cx)
    }
}

impl<S: Progress, K, F> Drop for GroupBy<S, K, F> {
    fn drop(&mut self) {
        for grouped in self.fork.leave(0, 0) {
            if let Grouped::Group(_, queue) = grouped {
                let left = self.fork.leave(queue, queue);
                self.fork.lose(left.len());
            }
        }
    }
}

impl<S: Progress, K, F> fmt::Debug for GroupBy<S, K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupBy")
            .field("held", &self.fork.queued(0))
            .finish_non_exhaustive()
    }
}

stream_of_branch! {
    impl<S, K, F> for Group<S, K, F>
    emits S::Item, Grouped::item;
    where S: Progress, K: Clone + Eq + Hash, F: FnMut(&S::Item) -> K
}
