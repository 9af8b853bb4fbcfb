use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{EdgeId, NodeContext, OnError, StageError};
use crate::edge::{Closed, EdgeCounters, Sender};
use crate::message::Message;

/// Where the messages go that a node's operators emit.
pub(crate) trait Border<T> {
    /// Waits until whatever message comes next can be put.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>>;

    /// How many messages can be put one after another once `poll_room` was
    /// ready, whatever they are. It is asked again after each, if it is one.
    #[inline]
    fn room(&self) -> usize {
        1
    }

    /// Puts a message, for which there must be room.
    fn put(&mut self, message: T);

    /// Sends off what is held.
    fn flush(&mut self);

    /// Sends off what is held, and arranges to be woken when nobody listens
    /// any more. `Ready` if that is so already.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Closed>;

    /// Why the node must not go on, if a message said so.
    fn take_failure(&mut self) -> Option<StageError> {
        None
    }
}

/// One edge takes every message.
#[derive(Debug)]
pub(crate) struct Single<T> {
    sender: Sender<T>,
}

impl<T> Single<T> {
    pub(crate) fn new(sender: Sender<T>) -> Self {
        Self { sender }
    }
}

impl<T> Border<T> for Single<T> {
    #[inline]
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        self.sender.poll_reserve(cx).map_ok(drop)
    }

    #[inline]
    fn room(&self) -> usize {
        self.sender.room()
    }

    #[inline]
    fn put(&mut self, message: T) {
        self.sender.put(message);
    }

    fn flush(&mut self) {
        self.sender.flush();
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        self.sender.poll_idle(cx)
    }
}

/// A message that a node could not make anything of, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter<E> {
    /// What went wrong; by convention it holds the message, or names it.
    pub error: E,
    /// The stage in which it happened.
    pub stage: Arc<str>,
    /// The node in which it happened.
    pub node: Arc<str>,
    /// Which of the node's dead letters this is, counted from 1.
    pub sequence: u64,
}

impl<E: fmt::Display> fmt::Display for DeadLetter<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.node, self.error)
    }
}

/// Values go to one edge, errors as dead letters to another.
#[derive(Debug)]
pub(crate) struct Split<T, E> {
    main: Sender<T>,
    dead: DeadEnd<E>,
    stage: Arc<str>,
    node: Arc<str>,
    sequence: u64,
    on_error: OnError,
    failure: Option<StageError>,
}

/// Where a node's dead letters end.
#[derive(Debug)]
enum DeadEnd<E> {
    /// On an edge that somebody reads.
    Edge(Sender<DeadLetter<E>>),
    /// Nowhere: they are counted and logged.
    Log(Arc<EdgeCounters>),
}

impl<T, E: fmt::Display> Border<Result<T, E>> for Split<T, E> {
    /// There must be room on both edges, since only the next message tells
    /// which it will be.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        if self.failure.is_some() {
            return Poll::Ready(Err(Closed));
        }
        let main = match self.main.poll_reserve(cx) {
            Poll::Ready(Ok(_)) => true,
            Poll::Ready(Err(Closed)) => return Poll::Ready(Err(Closed)),
            Poll::Pending => false,
        };
        let dead = match &mut self.dead {
            DeadEnd::Edge(dead) => match dead.poll_reserve(cx) {
                Poll::Ready(Ok(_)) => true,
                Poll::Ready(Err(Closed)) => {
                    self.dead = DeadEnd::Log(dead.counters());
                    true
                }
                Poll::Pending => false,
            },
            DeadEnd::Log(_) => true,
        };
        if main && dead {
            return Poll::Ready(Ok(()));
        }
        if main && let Poll::Ready(Closed) = self.main.poll_idle(cx) {
            return Poll::Ready(Err(Closed));
        }
        Poll::Pending
    }

    fn room(&self) -> usize {
        match &self.dead {
            // Nothing may follow what the node stops at.
            _ if self.on_error == OnError::Stop => 1,
            DeadEnd::Edge(dead) => self.main.room().min(dead.room()),
            DeadEnd::Log(_) => self.main.room(),
        }
    }

    #[inline]
    fn put(&mut self, message: Result<T, E>) {
        match message {
            Ok(value) => self.main.put(value),
            Err(error) => self.put_dead(error),
        }
    }

    fn flush(&mut self) {
        if let DeadEnd::Edge(dead) = &mut self.dead {
            dead.flush();
        }
        self.main.flush();
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        if let DeadEnd::Edge(dead) = &mut self.dead {
            // Whoever reads the dead letters may leave: that ends nothing.
            let (Poll::Ready(Closed) | Poll::Pending) = dead.poll_idle(cx);
        }
        self.main.poll_idle(cx)
    }

    fn take_failure(&mut self) -> Option<StageError> {
        self.failure.take()
    }
}

impl<T: Message, E: Message> Split<T, E> {
    /// Takes the ends that the worker lends for these two edges.
    pub(crate) fn lent(
        context: &mut NodeContext,
        main: EdgeId,
        dead: EdgeId,
    ) -> Result<Self, StageError> {
        Ok(Self {
            main: context.sender(main)?,
            dead: match context.unconnected(dead) {
                Some(counters) => DeadEnd::Log(counters),
                None => DeadEnd::Edge(context.sender(dead)?),
            },
            stage: Arc::clone(&context.stage),
            node: Arc::clone(&context.node),
            sequence: 0,
            on_error: context.on_error,
            failure: None,
        })
    }
}

impl<T, E: fmt::Display> Split<T, E> {
    #[cold]
    fn put_dead(&mut self, error: E) {
        if self.on_error == OnError::Stop {
            self.failure = Some(error.to_string().into());
            return;
        }
        self.sequence += 1;
        match &mut self.dead {
            DeadEnd::Edge(edge) => edge.put(DeadLetter {
                error,
                stage: Arc::clone(&self.stage),
                node: Arc::clone(&self.node),
                sequence: self.sequence,
            }),
            DeadEnd::Log(counters) => {
                let count = counters.count_unconnected();
                // The first, the second, the fourth …: a storm of dead
                // letters must not become a storm of log lines.
                if count.is_power_of_two() {
                    tracing::warn!(
                        stage = %self.stage, node = %self.node, count, error = %error,
                        "dead letter that nobody reads",
                    );
                }
            }
        }
    }
}

/// Every branch gets a copy of every message; a branch that has left is skipped.
#[derive(Debug)]
pub(crate) struct Broadcast<T> {
    branches: Vec<Sender<T>>,
}

impl<T> Broadcast<T> {
    pub(crate) fn new(branches: Vec<Sender<T>>) -> Self {
        Self { branches }
    }
}

impl<T: Clone> Border<T> for Broadcast<T> {
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        let mut full = false;
        self.branches
            .retain_mut(|branch| match branch.poll_reserve(cx) {
                Poll::Ready(Ok(_)) => true,
                Poll::Ready(Err(Closed)) => false,
                Poll::Pending => {
                    full = true;
                    true
                }
            });
        if self.branches.is_empty() {
            Poll::Ready(Err(Closed))
        } else if full {
            Poll::Pending
        } else {
            Poll::Ready(Ok(()))
        }
    }

    fn room(&self) -> usize {
        // None is left that has gone: each has reserved a slot at least.
        self.branches.iter().map(Sender::room).min().unwrap_or(1)
    }

    fn put(&mut self, message: T) {
        if let Some((last, others)) = self.branches.split_last_mut() {
            for branch in others {
                branch.put(message.clone());
            }
            last.put(message);
        }
    }

    fn flush(&mut self) {
        self.branches.iter_mut().for_each(Sender::flush);
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        self.branches
            .retain_mut(|branch| branch.poll_idle(cx).is_pending());
        if self.branches.is_empty() {
            Poll::Ready(Closed)
        } else {
            Poll::Pending
        }
    }
}

/// Each message goes to the branch that `route` names.
#[derive(Debug)]
pub(crate) struct Partition<T, F> {
    branches: Vec<Sender<T>>,
    route: F,
}

impl<T, F> Partition<T, F> {
    pub(crate) fn new(branches: Vec<Sender<T>>, route: F) -> Self {
        Self { branches, route }
    }
}

impl<T, F: FnMut(&T) -> usize> Border<T> for Partition<T, F> {
    /// There must be room on every branch, since only the next message tells
    /// where it goes. A branch that has left has all the room in the world.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        let (mut full, mut open) = (false, false);
        for branch in &mut self.branches {
            match branch.poll_reserve(cx) {
                Poll::Ready(Ok(_)) => open = true,
                Poll::Ready(Err(Closed)) => {}
                Poll::Pending => full = true,
            }
        }
        if full {
            Poll::Pending
        } else if open {
            Poll::Ready(Ok(()))
        } else {
            Poll::Ready(Err(Closed))
        }
    }

    fn put(&mut self, message: T) {
        let branch = (self.route)(&message);
        let branches = self.branches.len();
        assert!(
            branch < branches,
            "the route named branch {branch}, but there are {branches}, counted from 0"
        );
        self.branches[branch].put_or_discard(message);
    }

    fn flush(&mut self) {
        self.branches.iter_mut().for_each(Sender::flush);
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<Closed> {
        let mut open = false;
        for branch in &mut self.branches {
            open |= branch.poll_idle(cx).is_pending();
        }
        if open {
            Poll::Pending
        } else {
            Poll::Ready(Closed)
        }
    }
}
