use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use super::counters::EdgeCounters;
use super::link::Link;
use super::protocol::{Reserved, Shared};

/// The sending end of an edge, inside the node before it.
///
/// Sending takes two steps: [`poll_reserve`](Self::poll_reserve) gets a
/// [`Slot`], and [`Slot::send`] fills it. A slot that is dropped unused stays
/// reserved for the next call. Messages leave in chunks; before a node goes
/// to sleep it must [`flush`](Self::flush), and dropping the sender flushes
/// and closes the edge.
pub struct Sender<T> {
    link: Link<T>,
    /// Sent, and not yet exchanged with the edge.
    chunk: Vec<T>,
    chunk_limit: usize,
    /// How long the chunk may become before the next exchange. A length that
    /// changes anyway is compared, so that sending counts nothing else.
    room: usize,
    /// Slots reserved beyond these.
    reserve: usize,
}

/// The node behind the edge is gone: nothing sent on it would arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the node behind this edge is gone")
    }
}

impl std::error::Error for Closed {}

/// Room for one message on an edge.
#[derive(Debug)]
#[must_use = "a slot sends nothing by itself"]
pub struct Slot<'a, T> {
    sender: &'a mut Sender<T>,
}

impl<T> Slot<'_, T> {
    /// Puts a message on the edge.
    #[inline]
    pub fn send(self, message: T) {
        self.sender.put(message);
    }
}

impl<T> Sender<T> {
    pub(super) fn new(link: Link<T>, chunk_limit: usize) -> Self {
        Self {
            link,
            chunk: Vec::new(),
            chunk_limit,
            room: 0,
            reserve: 0,
        }
    }

    /// Waits for room on the edge.
    ///
    /// # Backpressure
    ///
    /// `Pending` while the edge is full; the waker of `cx` is woken when slots
    /// come back. What was sent before is flushed first.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost: a slot that was reserved and not used is there at the
    /// next call.
    ///
    /// # Errors
    ///
    /// [`Closed`] once the inlet is gone, noticed at the latest when the slots
    /// reserved so far are used up.
    #[inline]
    pub fn poll_reserve(&mut self, cx: &mut Context<'_>) -> Poll<Result<Slot<'_, T>, Closed>> {
        if self.chunk.len() >= self.room {
            ready!(self.exchange(cx))?;
        }
        Poll::Ready(Ok(Slot { sender: self }))
    }

    /// Fills a slot that was reserved before.
    #[inline]
    pub(crate) fn put(&mut self, message: T) {
        debug_assert!(
            self.chunk.len() < self.room,
            "a slot is reserved before it is filled"
        );
        self.chunk.push(message);
    }

    /// Fills a slot, or counts the message as discarded if the edge is closed
    /// and therefore has none.
    pub(crate) fn put_or_discard(&mut self, message: T) {
        if self.chunk.len() < self.room {
            self.put(message);
        } else {
            self.counters().count_unconnected();
        }
    }

    /// The edge's running totals, which outlive it.
    pub fn counters(&self) -> Arc<EdgeCounters> {
        self.link.with(|shared| shared.counters())
    }

    /// Sends the private chunk on its way and wakes the inlet.
    pub fn flush(&mut self) {
        if self.chunk.is_empty() {
            return;
        }
        self.room -= self.chunk.len();
        let chunk = &mut self.chunk;
        let waker = self.link.with(|shared| shared.flush(chunk));
        // Left behind if the inlet is gone: dropped here, outside the lock.
        self.chunk.clear();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Flushes, and arranges that `cx` is woken when the inlet goes away.
    ///
    /// For a node that has nothing to send now. `Ready` when the inlet is
    /// gone already.
    pub fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        self.flush();
        let watched = self
            .link
            .with(|shared| (!shared.inlet_is_gone()).then(|| shared.watch_inlet(cx)));
        match watched {
            Some(_replaced) => Poll::Pending,
            None => Poll::Ready(Closed),
        }
    }

    #[cold]
    fn exchange(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        self.flush();
        if self.reserve == 0 {
            let link = &self.link;
            let reserved = link.with(|shared| {
                let now = link.transition_time(shared.epoch);
                shared.reserve(cx, now)
            });
            self.reserve = match reserved {
                Reserved::Slots(slots) => slots,
                Reserved::Wait(_replaced) => return Poll::Pending,
                Reserved::Closed => return Poll::Ready(Err(Closed)),
            };
        }
        self.room = self.reserve.min(self.chunk_limit);
        self.reserve -= self.room;
        Poll::Ready(Ok(()))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.flush();
        let (waker, _own) = self.link.with(Shared::close_sender);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("unflushed", &self.chunk.len())
            .field("slots", &(self.room - self.chunk.len() + self.reserve))
            .finish_non_exhaustive()
    }
}

/// The sending end of an edge between workers, on its way to its worker.
#[derive(Debug)]
pub struct RemoteSender<T> {
    shared: Option<Arc<Mutex<Shared<T>>>>,
    chunk_limit: usize,
}

impl<T> RemoteSender<T> {
    pub(super) fn new(shared: Arc<Mutex<Shared<T>>>, capacity: NonZeroUsize) -> Self {
        Self {
            shared: Some(shared),
            chunk_limit: (capacity.get() / 4).clamp(1, 32),
        }
    }

    /// Opens the end on the worker that will use it.
    pub fn open(mut self) -> Sender<T> {
        self.take()
            .unwrap_or_else(|| unreachable!("only `open` and `drop` take the end, once"))
    }

    fn take(&mut self) -> Option<Sender<T>> {
        let shared = self.shared.take()?;
        Some(Sender::new(Link::Remote(shared), self.chunk_limit))
    }
}

impl<T> Drop for RemoteSender<T> {
    fn drop(&mut self) {
        // Unopened: close the edge as a sender would.
        drop(self.take());
    }
}
