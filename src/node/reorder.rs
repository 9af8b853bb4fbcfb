use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use millpond_operators::Progress;

use super::board::Board;
use super::ordered::Numbered;
use crate::edge::Inlet;

/// Joins what replicas emit, in the order of the messages that went in.
///
/// From each inlet it holds the next message and no more, so what waits for
/// its turn waits on the edges, and they are bounded. That is enough: what can
/// be put on an edge of mode [`Ordered`](super::Ordered) keeps its order there.
#[derive(Debug)]
pub(crate) struct Reorder<T> {
    branches: Vec<Branch<T>>,
    board: Arc<Board>,
    /// The number whose messages are due.
    first: u64,
}

#[derive(Debug)]
struct Branch<T> {
    inlet: Inlet<Numbered<T>>,
    next: Option<Numbered<T>>,
    ended: bool,
}

impl<T> Reorder<T> {
    pub(crate) fn new(inlets: Vec<Inlet<Numbered<T>>>, board: Arc<Board>) -> Self {
        let branches = inlets.into_iter().map(|inlet| Branch {
            inlet,
            next: None,
            ended: false,
        });
        Self {
            branches: branches.collect(),
            board,
            first: 0,
        }
    }
}

// Messages are never pinned.
impl<T> Unpin for Reorder<T> {}

impl<T> Branch<T> {
    /// The next message, if it is due.
    fn poll_due(&mut self, first: u64, cx: &mut Context<'_>) -> Option<T> {
        if self.next.is_none() && !self.ended {
            match Pin::new(&mut self.inlet).poll_next(cx) {
                Poll::Ready(None) => self.ended = true,
                Poll::Ready(next) => self.next = next,
                Poll::Pending => {}
            }
        }
        let due = self.next.take_if(|next| next.is_due(first));
        due.map(Numbered::into_message)
    }
}

impl<T> Stream for Reorder<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        loop {
            for branch in &mut this.branches {
                if let Some(message) = branch.poll_due(this.first, cx) {
                    return Poll::Ready(Some(message));
                }
            }
            let over = |branch: &Branch<T>| branch.ended && branch.next.is_none();
            if this.branches.iter().all(over) {
                return Poll::Ready(None);
            }
            ready!(this.board.poll_done(cx));
            this.first += 1;
        }
    }
}

/// It holds no work, only messages that wait for their turn.
impl<T> Progress for Reorder<T> {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}
