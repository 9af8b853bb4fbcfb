use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Stream for [`Flow::stateful_map_by_key`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct StatefulMapByKey<S, K, A, T, G, I, F, C> {
    #[pin]
    input: S,
    key: G,
    init: I,
    f: F,
    on_evict: C,
    states: States<K, A>,
    // What an evicted state gave, and then what the item gave that took its
    // place.
    ready: VecDeque<T>,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of every item and the state of its key.
    ///
    /// The state of a key is what `init` makes of the key at first, and `f` may
    /// change it at every item. This is the way to treat each user, device or
    /// session by itself where there are many of them: a key costs one state,
    /// and no flow of its own.
    ///
    /// There are at most `max_keys` states. A further key takes the place of
    /// the one that had no item for longest: `on_evict` gets that one with its
    /// state, and may say what is emitted before the item that evicted it.
    /// Should the evicted key come back, it starts from `init` again.
    ///
    /// # Completion
    ///
    /// When the input ends, all states are evicted, the one that had no item
    /// for longest first; then the output ends.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_keys` is zero. A panic of a closure
    /// loses the item, and one of `on_evict` the state; all other states stay
    /// as they are, also one that `init` has just made for the item.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let visits: Vec<_> = flow(["ann", "bob", "ann", "ann", "bob"])
    ///     .stateful_map_by_key(
    ///         1_000,
    ///         |name| *name,
    ///         |_name| 0,
    ///         |count, name| {
    ///             *count += 1;
    ///             format!("{name} {count}")
    ///         },
    ///         |name, count| Some(format!("{name} {count} at last")),
    ///     )
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(
    ///     visits,
    ///     ["ann 1", "bob 1", "ann 2", "ann 3", "bob 2", "ann 3 at last", "bob 2 at last"],
    /// );
    /// # }
    /// ```
    #[track_caller]
    #[expect(
        clippy::type_complexity,
        reason = "a named type, as every operator has"
    )]
    pub fn stateful_map_by_key<K, A, T, G, I, F, C>(
        self,
        max_keys: usize,
        key: G,
        init: I,
        f: F,
        on_evict: C,
    ) -> Flow<StatefulMapByKey<S, K, A, T, G, I, F, C>>
    where
        K: Clone + Eq + Hash,
        G: FnMut(&S::Item) -> K,
        I: FnMut(&K) -> A,
        F: FnMut(&mut A, S::Item) -> T,
        C: FnMut(K, A) -> Option<T>,
    {
        assert!(
            max_keys > 0,
            "`stateful_map_by_key` with 0 keys would have no state; give at least 1"
        );
        Flow::native(StatefulMapByKey {
            input: self.into_stream(),
            key,
            init,
            f,
            on_evict,
            states: States::new(max_keys),
            ready: VecDeque::new(),
            done: false,
        })
    }
}

impl<S, K, A, T, G, I, F, C> StatefulMapByKey<S, K, A, T, G, I, F, C> {
    /// Counts the keys that have a state.
    pub fn live_keys(&self) -> usize {
        self.states.of_key.len()
    }
}

/// The states, and in which order their keys had an item last.
#[derive(Clone)]
struct States<K, A> {
    of_key: HashMap<K, (u64, A)>,
    // By the number of that item.
    by_use: BTreeMap<u64, K>,
    items: u64,
    max_keys: usize,
}

impl<K: Clone + Eq + Hash, A> States<K, A> {
    fn new(max_keys: usize) -> Self {
        Self {
            of_key: HashMap::new(),
            by_use: BTreeMap::new(),
            items: 0,
            max_keys,
        }
    }

    fn lacks_room_for(&self, key: &K) -> bool {
        self.of_key.len() == self.max_keys && !self.of_key.contains_key(key)
    }

    /// Takes out the state that was not used for longest.
    fn evict(&mut self) -> Option<(K, A)> {
        let (_, key) = self.by_use.pop_first()?;
        let (_, state) = self.of_key.remove(&key)?;
        Some((key, state))
    }

    /// Lends the state of the key, which is then the one used last.
    fn of(&mut self, key: K, init: impl FnOnce(&K) -> A) -> &mut A {
        self.items += 1;
        let now = self.items;
        if !self.of_key.contains_key(&key) {
            let state = init(&key);
            self.of_key.insert(key.clone(), (now, state));
        }
        let Some((used, state)) = self.of_key.get_mut(&key) else {
            unreachable!("a state was inserted for the key");
        };
        self.by_use.remove(used);
        self.by_use.insert(now, key);
        *used = now;
        state
    }
}

impl<S, K, A, T, G, I, F, C> Stream for StatefulMapByKey<S, K, A, T, G, I, F, C>
where
    S: Progress,
    K: Clone + Eq + Hash,
    G: FnMut(&S::Item) -> K,
    I: FnMut(&K) -> A,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnMut(K, A) -> Option<T>,
{
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.project();
        if let Some(item) = this.ready.pop_front() {
            return Poll::Ready(Some(item));
        }
        if !*this.done {
            if let Some(item) = ready!(this.input.poll_next(cx)) {
                let key = (this.key)(&item);
                if this.states.lacks_room_for(&key) {
                    let evicted = this.states.evict();
                    let last = evicted.and_then(|(key, state)| (this.on_evict)(key, state));
                    this.ready.extend(last);
                }
                let state = this.states.of(key, &mut *this.init);
                this.ready.push_back((this.f)(state, item));
                return Poll::Ready(this.ready.pop_front());
            }
            *this.done = true;
        }
        for _ in 0..UNITS_PER_POLL {
            let Some((key, state)) = this.states.evict() else {
                return Poll::Ready(None);
            };
            if let Some(last) = (this.on_evict)(key, state) {
                return Poll::Ready(Some(last));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let ready = self.ready.len();
        let states = self.states.of_key.len();
        if self.done {
            return (ready, Some(ready + states));
        }
        let (lower, upper) = self.input.size_hint();
        // Each item may bring a state too, that gives one more at its end.
        let upper = upper
            .and_then(|upper| upper.checked_mul(2))
            .and_then(|upper| upper.checked_add(ready + states));
        (lower.saturating_add(ready), upper)
    }
}

impl<S, K, A, T, G, I, F, C> FusedStream for StatefulMapByKey<S, K, A, T, G, I, F, C>
where
    S: Progress,
    K: Clone + Eq + Hash,
    G: FnMut(&S::Item) -> K,
    I: FnMut(&K) -> A,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnMut(K, A) -> Option<T>,
{
    fn is_terminated(&self) -> bool {
        self.done && self.ready.is_empty() && self.states.of_key.is_empty()
    }
}

impl<S, K, A, T, G, I, F, C> Progress for StatefulMapByKey<S, K, A, T, G, I, F, C>
where
    S: Progress,
    K: Clone + Eq + Hash,
    G: FnMut(&S::Item) -> K,
    I: FnMut(&K) -> A,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnMut(K, A) -> Option<T>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}

impl<S, K, A, T, G, I, F, C> fmt::Debug for StatefulMapByKey<S, K, A, T, G, I, F, C>
where
    S: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatefulMapByKey")
            .field("input", &self.input)
            .field("live_keys", &self.live_keys())
            .field("max_keys", &self.states.max_keys)
            .finish_non_exhaustive()
    }
}
