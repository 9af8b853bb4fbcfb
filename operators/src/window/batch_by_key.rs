use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::Instant;

use super::gathering::Filled;
use crate::alarm::Alarm;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream for [`Flow::batch_by_key`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct BatchByKey<S: Progress, K, F> {
    #[pin]
    input: S,
    key: F,
    // The number of the batch of each live key.
    numbers: HashMap<K, u64>,
    // Numbered as they began. All waits are equal, so the first is the first
    // to be due, and one timer will do.
    batches: BTreeMap<u64, Begun<K, S::Item>>,
    next_number: u64,
    // Is complete, or had to make room.
    leaving: Option<(K, Vec<S::Item>)>,
    max_items: usize,
    max_keys: usize,
    max_wait: Duration,
    alarm: Alarm,
    done: bool,
}

struct Begun<K, T> {
    key: K,
    items: Vec<T>,
    // `None` means never.
    deadline: Option<Instant>,
}

impl<S: Progress> Flow<S> {
    /// Gathers items into vectors by key, each bounded by a count and a wait.
    ///
    /// `key` is called once for each item. The batch of a key is emitted, with
    /// the key, as soon as it holds `max_items` items, or once `max_wait` has
    /// passed since its first item was taken, whichever comes first. If
    /// `max_keys` keys have a batch and an item with another key comes, the
    /// batch that began first is emitted at once, however short, to make room.
    /// Batches are never empty, and those of one key, joined end to end, give
    /// back its items, in order. Batches of different keys leave in the order
    /// in which they are complete or due.
    ///
    /// # Completion
    ///
    /// When the input ends, the batches still held are emitted at once, in the
    /// order in which they began; then the output ends.
    ///
    /// # Backpressure
    ///
    /// At most `max_keys * (max_items - 1) + 1` items are held, and a key for
    /// each batch. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) goes on filling the batches,
    /// past `max_wait` too, until one is complete or must make room. The waits
    /// are consulted at every poll, so keys that are always busy do not keep a
    /// rare one waiting.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items held. To stop early without losing
    /// them, call [`BatchByKey::take_remainder`] first.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_items` or `max_keys` is zero. A wait
    /// needs a tokio runtime with the timer enabled; polling outside of one
    /// panics.
    ///
    /// # Units
    ///
    /// `max_items` counts items, `max_keys` counts keys that have a batch.
    /// `max_wait` is measured on tokio's clock, to its resolution of one
    /// millisecond. [`Duration::ZERO`] emits whatever is ready without waiting;
    /// a wait past the end of the clock never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let lines = stream::iter(["a1", "b1", "a2", "c1", "b2"]);
    /// let batches: Vec<_> = flow(lines)
    ///     .batch_by_key(2, 100, Duration::from_millis(5), |line| line.chars().next())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(
    ///     batches,
    ///     [
    ///         (Some('a'), vec!["a1", "a2"]),
    ///         (Some('b'), vec!["b1", "b2"]),
    ///         (Some('c'), vec!["c1"]),
    ///     ]
    /// );
    /// # }
    /// ```
    #[track_caller]
    pub fn batch_by_key<K, F>(
        self,
        max_items: usize,
        max_keys: usize,
        max_wait: Duration,
        key: F,
    ) -> Flow<BatchByKey<S, K, F>>
    where
        K: Clone + Eq + Hash,
        F: FnMut(&S::Item) -> K,
    {
        assert!(
            max_items > 0,
            "a `batch_by_key` of at most 0 items would never be emitted; give at least 1"
        );
        assert!(
            max_keys > 0,
            "`batch_by_key` for 0 keys would have room for no batch; give at least 1"
        );
        Flow::native(BatchByKey {
            input: self.into_stream(),
            key,
            numbers: HashMap::new(),
            batches: BTreeMap::new(),
            next_number: 0,
            leaving: None,
            max_items,
            max_keys,
            max_wait,
            alarm: Alarm::default(),
            done: false,
        })
    }
}

impl<S: Progress, K, F> BatchByKey<S, K, F> {
    /// How many keys have a batch.
    pub fn live_keys(&self) -> usize {
        self.batches.len()
    }

    /// Takes out the batches that have not been emitted, with their keys.
    ///
    /// Reached through [`Flow::get_pin_mut`]. They come in the order in which
    /// they would have left at the end. The next item of a key starts a new
    /// batch with a new wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    /// use std::time::Duration;
    ///
    /// use futures::FutureExt;
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let never_ends = stream::iter([1, 2, 3]).chain(stream::pending());
    /// let mut batches =
    ///     flow(never_ends).batch_by_key(2, 10, Duration::from_secs(60), |n| n % 2);
    ///
    /// assert_eq!(batches.next().await, Some((1, vec![1, 3])));
    /// let rest = Pin::new(&mut batches).get_pin_mut().take_remainder();
    /// assert_eq!(rest, [(0, vec![2])]);
    /// # }
    /// ```
    #[must_use = "the items are no longer in the batches"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<(K, Vec<S::Item>)> {
        let this = self.project();
        this.numbers.clear();
        this.alarm.disarm();
        let begun = mem::take(this.batches).into_values();
        let begun = begun.map(|Begun { key, items, .. }| (key, items));
        this.leaving.take().into_iter().chain(begun).collect()
    }

    /// When the first batch is due; the others are due later.
    fn deadline(&self) -> Option<Instant> {
        self.batches.values().next()?.deadline
    }

    /// Ready once the first batch is due.
    fn poll_due(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline();
        self.project().alarm.poll_at(deadline, cx)
    }
}

impl<S, K, F> BatchByKey<S, K, F>
where
    S: Progress,
    K: Clone + Eq + Hash,
    F: FnMut(&S::Item) -> K,
{
    fn take_first(self: Pin<&mut Self>) -> Option<(K, Vec<S::Item>)> {
        let this = self.project();
        let (_, Begun { key, items, .. }) = this.batches.pop_first()?;
        this.numbers.remove(&key);
        Some((key, items))
    }

    /// Puts an item into its batch; a batch may have to leave for it.
    fn put(mut self: Pin<&mut Self>, item: S::Item) {
        let key = (self.as_mut().project().key)(&item);
        if let Some(number) = self.numbers.get(&key).copied()
            && let Some(begun) = self.as_mut().project().batches.get_mut(&number)
        {
            begun.items.push(item);
            if begun.items.len() == self.max_items {
                let this = self.project();
                this.numbers.remove(&key);
                let full = this.batches.remove(&number);
                *this.leaving = full.map(|full| (full.key, full.items));
            }
            return;
        }
        if self.max_items == 1 {
            *self.project().leaving = Some((key, vec![item]));
            return;
        }
        if self.batches.len() == self.max_keys {
            let first = self.as_mut().take_first();
            *self.as_mut().project().leaving = first;
        }
        let this = self.project();
        let number = *this.next_number;
        *this.next_number += 1;
        let begun = Begun {
            key: key.clone(),
            items: vec![item],
            deadline: Instant::now().checked_add(*this.max_wait),
        };
        this.batches.insert(number, begun);
        this.numbers.insert(key, number);
    }

    fn fill(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Filled {
        if self.done {
            return Filled::Ended;
        }
        for _ in 0..UNITS_PER_POLL {
            if self.leaving.is_some() {
                return Filled::Full;
            }
            let this = self.as_mut().project();
            match this.input.poll_next(cx) {
                Poll::Ready(Some(item)) => self.as_mut().put(item),
                Poll::Ready(None) => {
                    *this.done = true;
                    this.alarm.disarm();
                    return Filled::Ended;
                }
                Poll::Pending => return Filled::Waiting,
            }
        }
        if self.leaving.is_some() {
            return Filled::Full;
        }
        yield_after(self.project().input, cx);
        Filled::Yielded
    }
}

impl<S, K, F> Stream for BatchByKey<S, K, F>
where
    S: Progress,
    K: Clone + Eq + Hash,
    F: FnMut(&S::Item) -> K,
{
    type Item = (K, Vec<S::Item>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(batch) = self.as_mut().project().leaving.take() {
            return Poll::Ready(Some(batch));
        }
        // Before any item is taken, so that no key is kept waiting by others.
        if self.as_mut().poll_due(cx).is_ready() {
            return Poll::Ready(self.take_first());
        }
        match self.as_mut().fill(cx) {
            Filled::Full => Poll::Ready(self.project().leaving.take()),
            Filled::Ended => Poll::Ready(self.take_first()),
            Filled::Waiting => {
                ready!(self.as_mut().poll_due(cx));
                Poll::Ready(self.take_first())
            }
            Filled::Yielded => Poll::Pending,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // At the least all further items join these batches; at the most each
        // is a batch of its own.
        let begun = self.batches.len() + usize::from(self.leaving.is_some());
        if self.done {
            return (begun, Some(begun));
        }
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(begun));
        (begun.max(lower.min(1)), upper)
    }
}

impl<S, K, F> FusedStream for BatchByKey<S, K, F>
where
    S: Progress,
    K: Clone + Eq + Hash,
    F: FnMut(&S::Item) -> K,
{
    fn is_terminated(&self) -> bool {
        self.done && self.leaving.is_none() && self.batches.is_empty()
    }
}

impl<S, K, F> Progress for BatchByKey<S, K, F>
where
    S: Progress,
    K: Clone + Eq + Hash,
    F: FnMut(&S::Item) -> K,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.as_mut().fill(cx) {
            Filled::Full => self.project().input.poll_progress(cx),
            Filled::Ended => Poll::Ready(()),
            Filled::Waiting => {
                let _due = self.poll_due(cx);
                Poll::Pending
            }
            Filled::Yielded => Poll::Pending,
        }
    }
}

impl<S: Progress + fmt::Debug, K, F> fmt::Debug for BatchByKey<S, K, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchByKey")
            .field("input", &self.input)
            .field("live_keys", &self.batches.len())
            .field("max_items", &self.max_items)
            .field("max_keys", &self.max_keys)
            .field("max_wait", &self.max_wait)
            .finish_non_exhaustive()
    }
}
