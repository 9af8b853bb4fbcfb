use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::{Flow, Progress};

/// Makes a bounded queue whose one end is a flow.
///
/// The other end is for code that cannot wait, such as a callback: each
/// [`offer`](Offers::offer) tells at once what became of the item. Code that
/// can wait uses a channel; [`flow`](crate::flow()) takes its receiver.
///
/// # Completion
///
/// Ends when every sending end is dropped and the queue is empty.
///
/// # Backpressure
///
/// Holds at most `capacity` items; an offer to a full queue is refused.
///
/// # Cancellation
///
/// When the flow is dropped the items in the queue are dropped, and further
/// offers give the item back.
///
/// # Panics
///
/// Panics at the call site if `capacity` is zero.
///
/// # Examples
///
/// ```
/// use millpond_operators::source::{self, Offered};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let (offers, items) = source::queue(2);
/// assert_eq!(offers.offer('a'), Offered::Enqueued);
/// assert_eq!(offers.offer('b'), Offered::Enqueued);
/// assert_eq!(offers.offer('c'), Offered::Dropped('c'));
/// drop(offers);
///
/// assert_eq!(items.collect::<String>().await, "ab");
/// # }
/// ```
#[track_caller]
pub fn queue<T>(capacity: usize) -> (Offers<T>, Flow<Queue<T>>) {
    assert!(
        capacity > 0,
        "`queue` with a capacity of 0 would refuse every item; give at least 1"
    );
    let shared = Arc::new(Shared {
        inside: Mutex::new(Inside {
            items: VecDeque::new(),
            waker: None,
            senders: 1,
            closed: false,
        }),
        capacity,
    });
    let queue = Queue {
        shared: Arc::clone(&shared),
    };
    (Offers { shared }, Flow::native(queue))
}

/// What became of an item that was offered to a [`queue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an item that was not enqueued is lost unless it is looked at"]
pub enum Offered<T> {
    /// It is in the queue.
    Enqueued,
    /// The queue was full; here it is again.
    Dropped(T),
    /// The flow has been dropped; here it is again.
    Closed(T),
}

/// The sending end of a [`queue`]. Clones send to the same queue.
#[must_use = "the queue ends when its last sending end is dropped"]
pub struct Offers<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Offers<T> {
    /// Puts the item into the queue if there is room, without waiting.
    pub fn offer(&self, item: T) -> Offered<T> {
        let mut inside = self.shared.inside();
        if inside.closed {
            return Offered::Closed(item);
        }
        if inside.items.len() == self.shared.capacity {
            return Offered::Dropped(item);
        }
        inside.items.push_back(item);
        let waker = inside.waker.take();
        drop(inside);
        wake(waker);
        Offered::Enqueued
    }
}

impl<T> Clone for Offers<T> {
    fn clone(&self) -> Self {
        self.shared.inside().senders += 1;
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T> Drop for Offers<T> {
    fn drop(&mut self) {
        let mut inside = self.shared.inside();
        inside.senders -= 1;
        if inside.senders == 0 {
            let waker = inside.waker.take();
            drop(inside);
            wake(waker);
        }
    }
}

/// Stream for [`queue`].
#[must_use = "streams do nothing unless polled"]
pub struct Queue<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    inside: Mutex<Inside<T>>,
    capacity: usize,
}

struct Inside<T> {
    items: VecDeque<T>,
    waker: Option<Waker>,
    senders: usize,
    // The flow has been dropped.
    closed: bool,
}

impl<T> Shared<T> {
    fn inside(&self) -> MutexGuard<'_, Inside<T>> {
        // No user code runs under the lock.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Inside<T> {
    /// `Pending` when there may be an item later.
    fn pop(&mut self) -> Poll<Option<T>> {
        match self.items.pop_front() {
            None if self.senders > 0 => Poll::Pending,
            item => Poll::Ready(item),
        }
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl<T> Stream for Queue<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut inside = self.shared.inside();
        if let Poll::Ready(item) = inside.pop() {
            return Poll::Ready(item);
        }
        let known = inside.waker.as_ref();
        if known.is_some_and(|known| known.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        drop(inside);
        let waker = cx.waker().clone();
        let mut inside = self.shared.inside();
        if let Poll::Ready(item) = inside.pop() {
            return Poll::Ready(item);
        }
        let stale = inside.waker.replace(waker);
        drop(inside);
        drop(stale);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let inside = self.shared.inside();
        let held = inside.items.len();
        (held, (inside.senders == 0).then_some(held))
    }
}

impl<T> FusedStream for Queue<T> {
    fn is_terminated(&self) -> bool {
        let inside = self.shared.inside();
        inside.senders == 0 && inside.items.is_empty()
    }
}

impl<T> Progress for Queue<T> {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        let mut inside = self.shared.inside();
        inside.closed = true;
        let (items, waker) = (std::mem::take(&mut inside.items), inside.waker.take());
        drop(inside);
        drop((items, waker));
    }
}

impl<T> fmt::Debug for Offers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.describe(f, "Offers")
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shared.describe(f, "Queue")
    }
}

impl<T> Shared<T> {
    fn describe(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let inside = self.inside();
        f.debug_struct(name)
            .field("held", &inside.items.len())
            .field("capacity", &self.capacity)
            .field("senders", &inside.senders)
            .finish()
    }
}
