use std::sync::Arc;
use std::task::{Context, Poll};

use super::Border;
use super::board::Board;
use super::ordered::Numbered;
use crate::edge::{Closed, Sender};

/// What a message is wrapped in before it goes to a replica.
pub(crate) trait Wrap<T> {
    /// A message as the replica gets it.
    type Wrapped;

    /// Waits until another message may go.
    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()>;

    fn wrap(&self, message: T) -> Self::Wrapped;
}

/// Nothing: the replicas keep no order among each other.
#[derive(Debug)]
pub(crate) struct AsIs;

impl<T> Wrap<T> for AsIs {
    type Wrapped = T;

    fn poll_room(&self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn wrap(&self, message: T) -> T {
        message
    }
}

/// Its number.
impl<T> Wrap<T> for Arc<Board> {
    type Wrapped = Numbered<T>;

    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        Board::poll_room(self, cx)
    }

    fn wrap(&self, message: T) -> Numbered<T> {
        Numbered::new(message, self.issue())
    }
}

/// Each message goes to one branch that has room, to all in turn if they have.
///
/// A branch that has left is skipped.
#[derive(Debug)]
pub(crate) struct Deal<C, W> {
    branches: Vec<Sender<C>>,
    /// The branch that the next message goes to, once it has room.
    next: usize,
    wrap: W,
}

impl<C, W> Deal<C, W> {
    pub(crate) fn new(branches: Vec<Sender<C>>, wrap: W) -> Self {
        Self {
            branches,
            next: 0,
            wrap,
        }
    }
}

impl<T, W: Wrap<T>> Border<T> for Deal<W::Wrapped, W> {
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Closed>> {
        let mut looked_at = 0;
        while looked_at < self.branches.len() {
            self.next %= self.branches.len();
            match self.branches[self.next].poll_reserve(cx) {
                Poll::Ready(Ok(_)) => {
                    if self.wrap.poll_room(cx).is_ready() {
                        return Poll::Ready(Ok(()));
                    }
                    // Woken too if all branches leave while numbers are short.
                    return Border::<T>::poll_idle(self, cx).map(Err);
                }
                Poll::Ready(Err(Closed)) => drop(self.branches.remove(self.next)),
                Poll::Pending => {
                    self.next += 1;
                    looked_at += 1;
                }
            }
        }
        if self.branches.is_empty() {
            Poll::Ready(Err(Closed))
        } else {
            Poll::Pending
        }
    }

    fn put(&mut self, message: T) {
        let wrapped = self.wrap.wrap(message);
        self.branches[self.next].put(wrapped);
        self.next += 1;
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
