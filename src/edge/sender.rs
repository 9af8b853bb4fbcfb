use std::fmt;
use std::sync::Arc as StdArc;
use std::task::{Context, Poll, ready};

use super::counters::EdgeCounters;
use super::link::Link;
use super::protocol::{Offered, Reserved, Shared};
use super::settings::Singles;
use super::sync::{Arc, Mutex};

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
    /// How long the chunk may become before the next exchange. A length that
    /// changes anyway is compared, so that sending counts nothing else.
    room: usize,
    /// Slots reserved beyond these.
    reserve: usize,
    /// How long the chunk may become at all.
    chunk_limit: usize,
    /// The inlet sleeps, with messages there that it has not been told of.
    unannounced: bool,
    /// On an edge that takes messages one at a time, weighed or offered.
    singles: Option<Box<Singles<T>>>,
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
    pub(super) sender: &'a mut Sender<T>,
}

impl<T> Slot<'_, T> {
    /// Puts a message on the edge.
    #[inline]
    pub fn send(self, message: T) {
        self.sender.put(message);
    }
}

impl<T> Sender<T> {
    pub(super) fn new(link: Link<T>, singles: Option<Box<Singles<T>>>) -> Self {
        Self {
            link,
            chunk: Vec::new(),
            room: 0,
            reserve: 0,
            chunk_limit: 1,
            unannounced: false,
            singles,
        }
    }

    /// Waits for room on the edge.
    ///
    /// # Backpressure
    ///
    /// `Pending` while the edge is full; the waker of `cx` is woken when slots
    /// come back. What was sent before is flushed first. On an edge that drops
    /// messages or fails when it is full ([`Overflow`](super::Overflow)) there
    /// is always a slot.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost: a slot that was reserved and not used is there at the
    /// next call.
    ///
    /// # Errors
    ///
    /// [`Closed`] once the inlet is gone or the edge has failed, noticed at the
    /// latest when the slots reserved so far are used up.
    #[inline]
    pub fn poll_reserve(&mut self, cx: &mut Context<'_>) -> Poll<Result<Slot<'_, T>, Closed>> {
        if self.chunk.len() >= self.room {
            ready!(self.exchange(cx))?;
        }
        Poll::Ready(Ok(Slot { sender: self }))
    }

    /// How many slots are there to be filled before the next exchange.
    #[inline]
    pub(crate) fn room(&self) -> usize {
        self.room - self.chunk.len()
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
    pub fn counters(&self) -> StdArc<EdgeCounters> {
        self.link.with(|shared| shared.counters())
    }

    /// Sends the private chunk on its way and wakes the inlet.
    pub fn flush(&mut self) {
        if self.chunk.is_empty() && !self.unannounced {
            return;
        }
        self.room -= self.chunk.len();
        if self.singles.is_some() {
            self.offer_chunk();
            return;
        }
        self.unannounced = false;
        let chunk = &mut self.chunk;
        let waker = self.link.with(|shared| shared.flush(chunk));
        // Left behind if the inlet is gone: dropped here, outside the lock.
        self.chunk.clear();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Fills a slot that was reserved before and sends that off, nothing else
    /// being held; returns the message if nobody will receive it.
    pub(super) fn send_reserved(&mut self, message: T) -> Option<T> {
        self.room -= 1;
        if self.singles.is_some() {
            return self.offer(message);
        }
        self.chunk.push(message);
        let chunk = &mut self.chunk;
        let waker = self
            .link
            .with(|shared| (!shared.is_closed()).then(|| shared.flush(chunk)));
        match waker {
            Some(waker) => {
                if let Some(waker) = waker {
                    waker.wake();
                }
                None
            }
            None => self.chunk.pop(),
        }
    }

    fn offer_chunk(&mut self) {
        while let Some(message) = self.chunk.pop() {
            if self.offer(message).is_some() {
                self.counters().count_unconnected();
            }
        }
    }

    /// Offers a single message, and returns it if nobody will receive it.
    fn offer(&mut self, message: T) -> Option<T> {
        // A second panic, out of user code, would end the process.
        let unwinding = std::thread::panicking();
        let weight = match &self.singles {
            Some(singles) if !unwinding => (singles.weigh)(&message),
            _ => 1,
        };
        let Offered {
            waker,
            dropped,
            undeliverable,
            fails,
        } = self.link.with(|shared| shared.offer(message, weight));
        if let Some(waker) = waker {
            waker.wake();
        }
        let on_drop = self
            .singles
            .as_mut()
            .and_then(|singles| singles.on_drop.as_mut());
        if let Some(on_drop) = on_drop.filter(|_| !unwinding) {
            for (message, reason) in dropped {
                on_drop(message, reason);
            }
        }
        if fails {
            self.close();
        }
        undeliverable
    }

    /// Flushes, and arranges that `cx` is woken when the inlet goes away.
    ///
    /// For a node that has nothing to send now. `Ready` when the inlet is
    /// gone already.
    pub fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        self.flush();
        let watched = self
            .link
            .with(|shared| (!shared.is_closed()).then(|| shared.watch_inlet(cx)));
        match watched {
            Some(_replaced) => Poll::Pending,
            None => Poll::Ready(Closed),
        }
    }

    fn close(&self) {
        let (waker, _own) = self.link.with(Shared::close_sender);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// For when the chunk has no room left.
    #[cold]
    fn exchange(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if self.singles.is_some() {
            self.offer_chunk();
        }
        self.room = 0;
        let (chunk, has_slots) = (&mut self.chunk, self.reserve > 0);
        let exchanged = self
            .link
            .with(|shared| shared.exchange(chunk, has_slots, cx));
        self.unannounced = exchanged.unannounced;
        // Left behind if the inlet is gone: dropped here, outside the lock.
        self.chunk.clear();
        if let Some(waker) = exchanged.waker {
            waker.wake();
        }
        match exchanged.reserved {
            Some(Reserved::Slots { slots, chunk }) => {
                self.reserve = slots;
                self.chunk_limit = chunk;
            }
            Some(Reserved::Wait(_replaced)) => return Poll::Pending,
            Some(Reserved::Closed) => return Poll::Ready(Err(Closed)),
            None => {}
        }
        self.room = self.reserve.min(self.chunk_limit);
        self.reserve -= self.room;
        Poll::Ready(Ok(()))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.flush();
        self.close();
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
pub struct RemoteSender<T> {
    parts: Option<Parts<T>>,
}

struct Parts<T> {
    shared: Arc<Mutex<Shared<T>>>,
    singles: Option<Box<Singles<T>>>,
}

impl<T> RemoteSender<T> {
    pub(super) fn new(shared: Arc<Mutex<Shared<T>>>, singles: Option<Box<Singles<T>>>) -> Self {
        Self {
            parts: Some(Parts { shared, singles }),
        }
    }

    /// Opens the end on the worker that will use it.
    pub fn open(mut self) -> Sender<T> {
        self.take()
            .unwrap_or_else(|| unreachable!("only `open` and `drop` take the end, once"))
    }

    fn take(&mut self) -> Option<Sender<T>> {
        let Parts { shared, singles } = self.parts.take()?;
        Some(Sender::new(Link::Remote(shared), singles))
    }
}

impl<T> Drop for RemoteSender<T> {
    fn drop(&mut self) {
        // Unopened: close the edge as a sender would.
        drop(self.take());
    }
}

impl<T> fmt::Debug for RemoteSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSender").finish_non_exhaustive()
    }
}
