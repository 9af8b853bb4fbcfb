use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// What a decoupled operator keeps while its output is blocked.
///
/// An operator of this group is a store between input and output. While the
/// output is blocked, items are put in as they come; once it asks, what is kept
/// comes out first, and then each item on its way through the empty store.
pub trait Store<T> {
    /// What comes out.
    type Out;

    /// Says whether an item may be put in.
    ///
    /// A store with nothing to take must have room; it is not asked then.
    fn has_room(&self) -> bool;

    /// Puts an item in. Called only while there is room.
    ///
    /// An item put into an empty store leaves something to take.
    fn put(&mut self, item: T);

    /// Takes out what comes next.
    fn take(&mut self) -> Option<Self::Out>;

    /// Counts what could be taken if nothing else were put in.
    fn len(&self) -> usize;

    /// Says that nothing could be taken.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Says whether the number of items that come out is that of those put in.
    fn keeps_count(&self) -> bool {
        false
    }

    /// Says that no further item is wanted, ever.
    fn is_closed(&self) -> bool {
        false
    }
}

impl<S: Progress> Flow<S> {
    /// Puts a store of your own between input and output.
    ///
    /// The other operators of this group, but for [`valve`](Flow::valve),
    /// [`expand`](Flow::expand) and `deadline_drop`, are this one with a
    /// ready-made store.
    ///
    /// # Backpressure
    ///
    /// Where the consumer calls [`poll_progress`](Progress::poll_progress)
    /// while it is blocked, as the consumers of this crate do, items are put
    /// into the store as long as it has room. Under a foreign consumer nothing
    /// is ever put aside.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the store.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::flow;
    /// use millpond_operators::rate::Store;
    /// use tokio::time::sleep;
    ///
    /// /// Keeps the largest.
    /// #[derive(Default)]
    /// struct Peak(Option<u32>);
    ///
    /// impl Store<u32> for Peak {
    ///     type Out = u32;
    ///
    ///     fn has_room(&self) -> bool {
    ///         true
    ///     }
    ///
    ///     fn put(&mut self, item: u32) {
    ///         self.0 = self.0.max(Some(item));
    ///     }
    ///
    ///     fn take(&mut self) -> Option<u32> {
    ///         self.0.take()
    ///     }
    ///
    ///     fn len(&self) -> usize {
    ///         usize::from(self.0.is_some())
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let mut peaks = Vec::new();
    /// flow([3, 1, 4, 1, 5])
    ///     .decouple(Peak::default())
    ///     .inspect(|peak| peaks.push(*peak))
    ///     .for_each_async(async |_| sleep(Duration::from_millis(1)).await)
    ///     .await;
    ///
    /// assert_eq!(peaks, [3, 5]);
    /// # }
    /// ```
    pub fn decouple<K: Store<S::Item>>(self, store: K) -> Flow<Decoupled<S, K>> {
        Flow::native(Decoupled {
            input: Some(self.into_stream()),
            store,
        })
    }
}

/// Stream for [`Flow::decouple`] and the operators made of it.
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Decoupled<S, K> {
    // Gone at its end, and when the store is closed.
    #[pin]
    input: Option<S>,
    store: K,
}

impl<S, K> Decoupled<S, K> {
    /// Shows the store, for its counters.
    pub fn store(&self) -> &K {
        &self.store
    }
}

impl<S: Progress, K: Store<S::Item>> Decoupled<S, K> {
    /// Puts in the next item. `Ready(false)` when there will be none.
    fn poll_put(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(false);
        };
        input.poll_next(cx).map(|item| {
            let more = item.is_some();
            if let Some(item) = item {
                this.store.put(item);
            }
            if !more || this.store.is_closed() {
                this.input.set(None);
            }
            more
        })
    }
}

impl<S: Progress, K: Store<S::Item>> Stream for Decoupled<S, K> {
    type Item = K::Out;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<K::Out>> {
        for _ in 0..UNITS_PER_POLL {
            let kept = self.as_mut().project().store.take();
            if kept.is_some() {
                return Poll::Ready(kept);
            }
            match self.as_mut().poll_put(cx) {
                Poll::Ready(true) => {}
                Poll::Ready(false) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        // The store has swallowed as many items.
        if let Some(input) = self.project().input.as_pin_mut() {
            yield_after(input, cx);
        } else {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (lower, upper) = self.input.as_ref().map_or((0, Some(0)), Stream::size_hint);
        let kept = self.store.len();
        let lower = lower.saturating_add(kept);
        let upper = upper.and_then(|upper| upper.checked_add(kept));
        if self.store.keeps_count() {
            (lower, upper)
        } else {
            (lower.min(1), upper)
        }
    }
}

impl<S: Progress, K: Store<S::Item>> FusedStream for Decoupled<S, K> {
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.store.is_empty()
    }
}

impl<S: Progress, K: Store<S::Item>> Progress for Decoupled<S, K> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut units = UNITS_PER_POLL;
        while units > 0 && self.store.has_room() {
            match self.as_mut().poll_put(cx) {
                Poll::Ready(true) => units -= 1,
                Poll::Ready(false) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
        match self.project().input.as_pin_mut() {
            Some(input) if units == 0 => {
                yield_after(input, cx);
                Poll::Pending
            }
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, K> fmt::Debug for Decoupled<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoupled")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
