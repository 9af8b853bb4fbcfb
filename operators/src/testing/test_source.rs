use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::{Flow, Progress};

/// Feeds a flow item by item, and sees how it is treated.
///
/// [`TestSink`](super::TestSink) is the other end.
///
/// # Examples
///
/// ```
/// use millpond_operators::testing::{TestSink, TestSource};
///
/// let (source, items) = TestSource::new();
/// let mut sink = TestSink::new(items.take(2));
///
/// sink.request(2);
/// sink.expect_pending();
/// source.send("a");
/// source.send("b");
/// assert_eq!(sink.expect_next(), "a");
/// assert_eq!(sink.expect_next(), "b");
///
/// sink.expect_end();
/// source.expect_cancelled();
/// assert_eq!(source.polls(), 3);
/// ```
#[derive(Debug)]
#[must_use = "a flow without its `TestSource` never ends"]
pub struct TestSource<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

#[derive(Debug)]
struct Shared<T> {
    items: VecDeque<T>,
    closing: bool,
    ended: bool,
    dropped: bool,
    polls: usize,
    drives: usize,
    waker: Option<Waker>,
}

impl<T> TestSource<T> {
    /// Makes a source and the flow of what is sent.
    pub fn new() -> (Self, Flow<Sent<T>>) {
        let shared = Arc::new(Mutex::new(Shared {
            items: VecDeque::new(),
            closing: false,
            ended: false,
            dropped: false,
            polls: 0,
            drives: 0,
            waker: None,
        }));
        let sent = Sent {
            shared: Arc::clone(&shared),
        };
        (Self { shared }, Flow::native(sent))
    }

    /// Gives the flow an item, and wakes whoever waits for it.
    ///
    /// Any number of items wait until they are taken. An error is an item like
    /// any other: send a `Result`.
    pub fn send(&self, item: T) {
        self.change(|shared| shared.items.push_back(item));
    }

    /// Ends the flow behind the items that were sent.
    pub fn end(&self) {
        self.change(|shared| shared.closing = true);
    }

    /// Counts the polls for an item.
    pub fn polls(&self) -> usize {
        lock(&self.shared).polls
    }

    /// Counts the calls of `poll_progress`.
    pub fn drives(&self) -> usize {
        lock(&self.shared).drives
    }

    /// Counts the items that were sent and not taken.
    pub fn waiting(&self) -> usize {
        lock(&self.shared).items.len()
    }

    /// Says whether the flow was dropped.
    pub fn is_dropped(&self) -> bool {
        lock(&self.shared).dropped
    }

    /// Demands that the flow was dropped before its end.
    ///
    /// # Panics
    ///
    /// Panics if it is still there, or if its end was seen.
    #[track_caller]
    pub fn expect_cancelled(&self) {
        let (ended, dropped) = {
            let shared = lock(&self.shared);
            (shared.ended, shared.dropped)
        };
        assert!(dropped, "the flow of the source was not dropped");
        assert!(!ended, "the flow of the source was not cancelled: it ended");
    }

    fn change(&self, change: impl FnOnce(&mut Shared<T>)) {
        let waker = {
            let mut shared = lock(&self.shared);
            change(&mut shared);
            shared.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Stream for [`TestSource::new`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Sent<T> {
    shared: Arc<Mutex<Shared<T>>>,
}

impl<T> Stream for Sent<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut shared = lock(&self.shared);
        shared.polls += 1;
        if let Some(item) = shared.items.pop_front() {
            return Poll::Ready(Some(item));
        }
        if shared.closing {
            shared.ended = true;
            return Poll::Ready(None);
        }
        shared.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let shared = lock(&self.shared);
        let waiting = shared.items.len();
        (waiting, shared.closing.then_some(waiting))
    }
}

impl<T> FusedStream for Sent<T> {
    fn is_terminated(&self) -> bool {
        lock(&self.shared).ended
    }
}

impl<T> Progress for Sent<T> {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        lock(&self.shared).drives += 1;
        Poll::Ready(())
    }
}

impl<T> Drop for Sent<T> {
    fn drop(&mut self) {
        let waker = {
            let mut shared = lock(&self.shared);
            shared.dropped = true;
            shared.waker.take()
        };
        drop(waker);
    }
}

fn lock<T>(shared: &Mutex<Shared<T>>) -> MutexGuard<'_, Shared<T>> {
    // Nothing of the user's runs while it is locked.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
