use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use millpond_operators::Progress;

use super::board::Board;
use super::news::News;
use super::ordered::Numbered;

/// Joins what replicas emit, in the order of the messages that went in.
///
/// From each inlet it holds the next message and no more, so what waits for
/// its turn waits on the edges, and they are bounded. That is enough: what can
/// be put on an edge of mode [`Ordered`](super::Ordered) keeps its order there.
///
/// An inlet is polled when its message has been taken or it has woken the
/// node, and never otherwise.
pub(crate) struct Reorder<S: Stream> {
    branches: Vec<Branch<S>>,
    news: News,
    /// The branches to be polled.
    asked: Vec<usize>,
    /// The branches that hold a message, by its number.
    holding: BinaryHeap<Reverse<(u64, usize)>>,
    /// How many branches have not ended.
    open: usize,
    board: Arc<Board>,
    /// The number whose messages are due.
    first: u64,
}

struct Branch<S: Stream> {
    /// Dropped as soon as it ends.
    inlet: Option<S>,
    next: Option<S::Item>,
}

impl<S: Stream> Reorder<S> {
    pub(crate) fn new(inlets: Vec<S>, board: Arc<Board>) -> Self {
        let count = inlets.len();
        let branches = inlets.into_iter().map(|inlet| Branch {
            inlet: Some(inlet),
            next: None,
        });
        Self {
            branches: branches.collect(),
            news: News::of(count),
            asked: Vec::with_capacity(count),
            holding: BinaryHeap::with_capacity(count),
            open: count,
            board,
            first: 0,
        }
    }
}

// Messages are never pinned.
impl<S: Stream + Unpin> Unpin for Reorder<S> {}

impl<T, S: Stream<Item = Numbered<T>> + Unpin> Reorder<S> {
    /// Polls the branches that have news and hold nothing.
    fn ask(&mut self) {
        self.news.take_into(&mut self.asked);
        while let Some(number) = self.asked.pop() {
            let branch = &mut self.branches[number];
            let (Some(inlet), None) = (&mut branch.inlet, &branch.next) else {
                continue;
            };
            let mut cx = Context::from_waker(self.news.waker(number));
            match Pin::new(inlet).poll_next(&mut cx) {
                Poll::Ready(Some(message)) => {
                    self.holding.push(Reverse((message.number(), number)));
                    branch.next = Some(message);
                }
                Poll::Ready(None) => {
                    branch.inlet = None;
                    self.open -= 1;
                }
                Poll::Pending => {}
            }
        }
    }

    /// Takes a message that is due.
    fn take_due(&mut self) -> Option<T> {
        let &Reverse((number, branch)) = self.holding.peek()?;
        if number > self.first {
            return None;
        }
        self.holding.pop();
        self.asked.push(branch);
        self.branches[branch]
            .next
            .take()
            .map(Numbered::into_message)
    }
}

impl<T, S: Stream<Item = Numbered<T>> + Unpin> Stream for Reorder<S> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        loop {
            this.ask();
            if let Some(message) = this.take_due() {
                return Poll::Ready(Some(message));
            }
            if this.open == 0 && this.holding.is_empty() {
                return Poll::Ready(None);
            }
            if this.board.poll_done(cx).is_pending() {
                this.news.wait(cx);
                return Poll::Pending;
            }
            this.first += 1;
        }
    }
}

/// It holds no work, only messages that wait for their turn.
impl<T, S: Stream<Item = Numbered<T>> + Unpin> Progress for Reorder<S> {
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::task::Waker;

    use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};

    use super::*;
    use crate::node::board::Ticket;

    /// An inlet that counts how often it is polled.
    struct Counted {
        inlet: UnboundedReceiver<Numbered<u64>>,
        polls: Rc<Cell<usize>>,
    }

    impl Stream for Counted {
        type Item = Numbered<u64>;

        fn poll_next(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Numbered<u64>>> {
            self.polls.set(self.polls.get() + 1);
            Pin::new(&mut self.inlet).poll_next(cx)
        }
    }

    struct Joined {
        reorder: Reorder<Counted>,
        board: Arc<Board>,
        branches: Vec<UnboundedSender<Numbered<u64>>>,
        polls: Vec<Rc<Cell<usize>>>,
    }

    impl Joined {
        fn of(count: usize) -> Self {
            let board = Board::new(64);
            let (branches, inlets): (Vec<_>, Vec<_>) = (0..count).map(|_| unbounded()).unzip();
            let polls: Vec<_> = branches.iter().map(|_| Rc::default()).collect();
            let counted = inlets
                .into_iter()
                .zip(&polls)
                .map(|(inlet, polls)| Counted {
                    inlet,
                    polls: Rc::clone(polls),
                });
            Self {
                reorder: Reorder::new(counted.collect(), Arc::clone(&board)),
                board,
                branches,
                polls,
            }
        }

        fn send(&self, branch: usize, ticket: Arc<Ticket>) {
            let message = Numbered::new(ticket.number(), ticket);
            self.branches[branch].unbounded_send(message).unwrap();
        }

        fn poll(&mut self) -> Poll<Option<u64>> {
            Pin::new(&mut self.reorder).poll_next(&mut Context::from_waker(Waker::noop()))
        }

        /// Which branches have been polled, and how often, since the last call.
        fn polled(&self) -> Vec<(usize, usize)> {
            let polls = self.polls.iter().map(|polls| polls.take());
            polls.enumerate().filter(|(_, polls)| *polls > 0).collect()
        }
    }

    #[test]
    fn only_branches_with_news_are_polled() {
        let mut joined = Joined::of(64);
        assert!(joined.poll().is_pending());
        assert_eq!(joined.polled().len(), 64);
        assert!(joined.poll().is_pending());
        assert!(joined.polled().is_empty());

        let ticket = joined.board.issue();
        joined.send(7, ticket);
        assert_eq!(joined.poll(), Poll::Ready(Some(0)));
        assert_eq!(joined.polled(), [(7, 1)]);
        assert!(joined.poll().is_pending());
        assert_eq!(joined.polled(), [(7, 1)]);
        assert!(joined.poll().is_pending());
        assert!(joined.polled().is_empty());
    }

    #[test]
    fn a_branch_that_holds_a_message_is_not_polled_before_its_turn() {
        let mut joined = Joined::of(2);
        let [first, second, third] = [(); 3].map(|()| joined.board.issue());
        joined.send(1, second);
        joined.send(1, third);
        assert!(joined.poll().is_pending());
        joined.polled();
        assert!(joined.poll().is_pending());
        assert!(joined.polled().is_empty());
        joined.send(0, first);
        for number in 0..3 {
            assert_eq!(joined.poll(), Poll::Ready(Some(number)));
        }
    }

    #[test]
    fn a_branch_that_has_ended_is_not_polled_again() {
        let mut joined = Joined::of(2);
        drop(joined.branches.pop());
        assert!(joined.poll().is_pending());
        joined.reorder.news.waker(1).wake_by_ref();
        joined.polled();
        assert!(joined.poll().is_pending());
        assert!(joined.polled().is_empty());
        joined.branches.clear();
        assert_eq!(joined.poll(), Poll::Ready(None));
        assert_eq!(joined.poll(), Poll::Ready(None));
    }
}
