use std::fmt;
use std::mem;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::{FusedStream, Stream};
use millpond_operators::Progress;
use tokio::task::coop;

use super::link::Link;
use super::protocol::{Fetched, Shared};
use super::sync::{Arc, Mutex};
use super::through::{Through, Turned};

/// The receiving end of an edge: the stream that a node's operators read.
///
/// Ends when the sender is gone and everything it sent has been handed out.
/// Dropping it closes the edge from behind: the sender is told at once, and
/// the messages still on the edge are dropped and counted as discarded.
pub struct Inlet<T> {
    from: From<T>,
    /// Fetched and not yet handed out; the next one is the last.
    chunk: Vec<T>,
    /// Slots go back when the chunk has shrunk to this length.
    mark: usize,
    /// Messages between two givings back.
    step: usize,
    /// Messages in the chunk whose slots have not been given back, whether
    /// handed out or not.
    charged: usize,
    done: bool,
}

/// Where an inlet has its messages from.
enum From<T> {
    /// An edge of them.
    Edge(Link<T>),
    /// An edge of something else. Nothing is held in the chunk then.
    Through(Box<dyn Through<T>>),
}

// Messages are never pinned.
impl<T> Unpin for Inlet<T> {}

impl<T> Inlet<T> {
    pub(super) fn new(link: Link<T>) -> Self {
        Self::reading(From::Edge(link))
    }

    fn reading(from: From<T>) -> Self {
        Self {
            from,
            chunk: Vec::new(),
            mark: 0,
            step: 1,
            charged: 0,
            done: false,
        }
    }

    /// The same end of the edge, read as messages of another type.
    pub(crate) fn through<U>(self, turn: impl FnMut(T) -> U + 'static) -> Inlet<U>
    where
        T: 'static,
    {
        Inlet::reading(From::Through(Box::new(Turned::new(self, turn))))
    }

    /// Sets another capacity while the edge is in use: messages, or what they
    /// weigh if the edge weighs them.
    ///
    /// Nothing is dropped. While the edge holds more than the new capacity,
    /// nothing is admitted beyond the slots that the sender has reserved
    /// already; a larger capacity wakes a waiting sender. An adaptive capacity
    /// goes on from the one set here.
    pub fn resize(&mut self, capacity: NonZeroUsize) {
        let waker = match &mut self.from {
            From::Edge(link) => link.with(|shared| shared.resize(capacity.get())),
            From::Through(inlet) => {
                inlet.resize(capacity);
                None
            }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes up to the messages left in the chunk as given back, and counts
    /// those that were not before.
    fn settle(&mut self) -> usize {
        let count = self.charged - self.chunk.len();
        self.charged = self.chunk.len();
        self.mark = self.charged.saturating_sub(self.step);
        count
    }

    /// Gives all slots back that can be, if both ends are on this worker:
    /// another would be woken as often as messages pass here.
    #[inline]
    pub(super) fn settle_up(&mut self) {
        match &mut self.from {
            From::Edge(Link::Local(_)) if self.charged > self.chunk.len() => self.give_back(),
            From::Edge(_) => {}
            From::Through(inlet) => inlet.settle_up(),
        }
    }

    #[cold]
    fn give_back(&mut self) {
        let count = self.settle();
        if let (1.., From::Edge(link)) = (count, &self.from)
            && let Some(waker) = link.with(|shared| shared.give_back(count))
        {
            waker.wake();
        }
    }

    /// Fetches the next chunk; `false` once there is none.
    #[cold]
    fn refill(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.done {
            return Poll::Ready(false);
        }
        if let From::Through(inlet) = &mut self.from {
            let next = ready!(inlet.poll_next(cx));
            self.done = next.is_none();
            self.chunk.extend(next);
            return Poll::Ready(!self.done);
        }
        // One unit of the task's budget per chunk: a node whose edge never
        // runs dry still lets the others on its worker go on.
        let Poll::Ready(budget) = coop::poll_proceed(cx) else {
            self.give_back();
            return Poll::Pending;
        };
        let count = self.settle();
        let (From::Edge(link), chunk) = (&self.from, &mut self.chunk) else {
            unreachable!("what is read through another inlet has been answered");
        };
        let (waker, fetched) = link.with(|shared| {
            let waker = match count {
                0 => None,
                _ => shared.give_back(count),
            };
            (waker, shared.fetch(chunk, cx))
        });
        if let Some(waker) = waker {
            waker.wake();
        }
        match fetched {
            Fetched::Wait(_replaced) => Poll::Pending,
            Fetched::Closed => {
                self.done = true;
                Poll::Ready(false)
            }
            Fetched::Chunk { step } => {
                budget.made_progress();
                self.chunk.reverse();
                self.charged = self.chunk.len();
                self.step = step;
                self.mark = self.charged.saturating_sub(step);
                Poll::Ready(true)
            }
        }
    }
}

impl<T> Stream for Inlet<T> {
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        // Each way out names its answer, so that the operators which match on
        // it are compiled into the way itself.
        loop {
            if let Some(message) = this.chunk.pop() {
                if this.chunk.len() == this.mark {
                    this.give_back();
                }
                return Poll::Ready(Some(message));
            }
            if !ready!(this.refill(cx)) {
                return Poll::Ready(None);
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = self.chunk.len();
        if self.is_terminated() {
            (0, Some(0))
        } else {
            (held, None)
        }
    }
}

impl<T> FusedStream for Inlet<T> {
    fn is_terminated(&self) -> bool {
        self.done
            || match &self.from {
                From::Edge(link) => {
                    self.chunk.is_empty() && link.with(|shared| shared.is_finished())
                }
                From::Through(inlet) => inlet.is_terminated(),
            }
    }
}

/// An edge holds no work: what is on it waits to be taken. But the slots of
/// what has been taken go back, if that is cheap: nobody may come for more
/// before the sender has gone on.
impl<T> Progress for Inlet<T> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        self.get_mut().settle_up();
        Poll::Ready(())
    }

    #[inline]
    fn poll_many(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        limit: usize,
        mut take: impl FnMut(T),
    ) -> Poll<Option<usize>> {
        let this = self.get_mut();
        if limit == 0 {
            return Poll::Ready(Some(0));
        }
        if this.chunk.is_empty() && !ready!(this.refill(cx)) {
            return Poll::Ready(None);
        }
        let held = this.chunk.len();
        let most = match this.from {
            // The sender cannot go on before this returns.
            From::Edge(Link::Local(_)) => held,
            // After a panic the mark has been reached, and nothing given back.
            _ => held.saturating_sub(this.mark).max(1),
        };
        let handed = most.min(limit);
        // Out of the inlet, where each message would be written off in memory.
        let mut out = Out {
            chunk: mem::take(&mut this.chunk),
            home: &mut this.chunk,
        };
        let kept = held - handed;
        while out.chunk.len() > kept
            && let Some(message) = out.chunk.pop()
        {
            take(message);
        }
        drop(out);
        if this.chunk.len() <= this.mark {
            this.give_back();
        }
        Poll::Ready(Some(handed))
    }
}

/// A chunk that goes back into its inlet, whatever happens.
struct Out<'a, T> {
    chunk: Vec<T>,
    home: &'a mut Vec<T>,
}

impl<T> Drop for Out<'_, T> {
    fn drop(&mut self) {
        mem::swap(&mut self.chunk, self.home);
    }
}

impl<T> Drop for Inlet<T> {
    fn drop(&mut self) {
        self.give_back();
        let held = self.chunk.len();
        let From::Edge(link) = &self.from else {
            return;
        };
        let (left, waker, _own) = link.with(|shared| shared.close_inlet(held));
        if let Some(waker) = waker {
            waker.wake();
        }
        drop(left);
    }
}

impl<T> fmt::Debug for Inlet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inlet")
            .field("held", &self.chunk.len())
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

/// The receiving end of an edge between workers, on its way to its worker.
#[derive(Debug)]
pub struct RemoteInlet<T> {
    shared: Option<Arc<Mutex<Shared<T>>>>,
}

impl<T> RemoteInlet<T> {
    pub(super) fn new(shared: Arc<Mutex<Shared<T>>>) -> Self {
        Self {
            shared: Some(shared),
        }
    }

    /// Opens the end on the worker that will use it.
    pub fn open(mut self) -> Inlet<T> {
        self.take()
            .unwrap_or_else(|| unreachable!("only `open` and `drop` take the end, once"))
    }

    fn take(&mut self) -> Option<Inlet<T>> {
        self.shared
            .take()
            .map(|shared| Inlet::new(Link::Remote(shared)))
    }
}

impl<T> Drop for RemoteInlet<T> {
    fn drop(&mut self) {
        // Unopened: close the edge as an inlet would.
        drop(self.take());
    }
}
