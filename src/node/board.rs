use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Which messages the replicas of a stage are done with.
///
/// The node before the replicas numbers the messages, the node behind goes
/// through the numbers one by one. A number is done when everything that was
/// made of its message has arrived behind or been dropped, wherever and why
/// ever: its [`Ticket`] tells. So a message that is filtered out, or that dies
/// with its replica, holds nobody up.
#[derive(Debug)]
pub(crate) struct Board {
    /// How many numbers may be under way.
    window: usize,
    numbers: Mutex<Numbers>,
}

#[derive(Debug, Default)]
struct Numbers {
    /// The number that the node behind is at.
    first: u64,
    /// For each number from `first` on that has been given out, whether it is
    /// done.
    done: VecDeque<bool>,
    /// Woken when numbers may be given out again.
    before: Option<Waker>,
    /// Woken when `first` is done.
    behind: Option<Waker>,
}

/// Stands for one number while anything made of its message is under way.
#[derive(Debug)]
pub(crate) struct Ticket {
    number: u64,
    board: Arc<Board>,
}

impl Board {
    pub(crate) fn new(window: usize) -> Arc<Self> {
        Arc::new(Self {
            window,
            numbers: Mutex::default(),
        })
    }

    /// Waits until a number can be given out.
    pub(crate) fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut numbers = self.lock();
        if numbers.done.len() < self.window {
            return Poll::Ready(());
        }
        let replaced = numbers.before.replace(cx.waker().clone());
        drop(numbers);
        drop(replaced);
        Poll::Pending
    }

    /// Gives the next number out.
    pub(crate) fn issue(self: &Arc<Self>) -> Arc<Ticket> {
        let mut numbers = self.lock();
        let number = numbers.first + numbers.done.len() as u64;
        numbers.done.push_back(false);
        drop(numbers);
        Arc::new(Ticket {
            number,
            board: Arc::clone(self),
        })
    }

    /// Waits until the first number is done, and goes on to the next.
    pub(crate) fn poll_done(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut numbers = self.lock();
        if numbers.done.front() != Some(&true) {
            let replaced = numbers.behind.replace(cx.waker().clone());
            drop(numbers);
            drop(replaced);
            return Poll::Pending;
        }
        numbers.done.pop_front();
        numbers.first += 1;
        // Half the window at once: a wake for each number would cost more
        // than most messages.
        let waker = (numbers.done.len() <= self.window / 2)
            .then(|| numbers.before.take())
            .flatten();
        drop(numbers);
        if let Some(waker) = waker {
            waker.wake();
        }
        Poll::Ready(())
    }

    fn finish(&self, number: u64) {
        let mut numbers = self.lock();
        let place = number - numbers.first;
        let entry = usize::try_from(place).ok();
        if let Some(done) = entry.and_then(|place| numbers.done.get_mut(place)) {
            *done = true;
        }
        let waker = if place == 0 {
            numbers.behind.take()
        } else {
            None
        };
        drop(numbers);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Numbers> {
        // No user code runs under the lock, so a poisoned board is whole.
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.board.finish(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn cx() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    #[test]
    fn a_number_is_done_when_the_last_holder_of_its_ticket_is_gone() {
        let board = Board::new(8);
        let ticket = board.issue();
        let copy = Arc::clone(&ticket);
        drop(ticket);
        assert!(board.poll_done(&mut cx()).is_pending());
        drop(copy);
        assert!(board.poll_done(&mut cx()).is_ready());
        assert!(board.poll_done(&mut cx()).is_pending());
    }

    #[test]
    fn numbers_are_gone_through_in_order_however_they_are_done() {
        let board = Board::new(8);
        let [first, second, third] = [(); 3].map(|()| board.issue());
        assert_eq!([&first, &second, &third].map(|it| it.number()), [0, 1, 2]);
        drop(third);
        drop(second);
        assert!(board.poll_done(&mut cx()).is_pending());
        drop(first);
        for _ in 0..3 {
            assert!(board.poll_done(&mut cx()).is_ready());
        }
        assert_eq!(board.issue().number(), 3);
    }

    #[test]
    fn no_more_numbers_are_under_way_than_the_window_holds() {
        let board = Board::new(2);
        let first = board.issue();
        assert!(board.poll_room(&mut cx()).is_ready());
        let second = board.issue();
        drop(second);
        assert!(board.poll_room(&mut cx()).is_pending());
        drop(first);
        assert!(board.poll_room(&mut cx()).is_pending());
        assert!(board.poll_done(&mut cx()).is_ready());
        assert!(board.poll_room(&mut cx()).is_ready());
    }
}
