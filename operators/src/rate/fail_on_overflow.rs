use std::collections::VecDeque;
use std::error::Error;
use std::fmt;

use super::{Decoupled, Store};
use crate::{Flow, Progress};

/// The buffer of [`Flow::fail_on_overflow`] was full, and another item came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an item was lost"]
pub struct Overflowed {
    capacity: usize,
}

impl Overflowed {
    /// How many items the buffer could keep.
    pub fn capacity(&self) -> usize {
        self.capacity
    }
}

impl fmt::Display for Overflowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the consumer is too slow: an item came while all {} places were taken",
            self.capacity
        )
    }
}

impl Error for Overflowed {}

impl<S: Progress> Flow<S> {
    /// Keeps up to `capacity` items while the output is blocked, and fails when
    /// one more comes.
    ///
    /// The items that were kept come out first, then the error. The item that
    /// found no place is dropped, and the input with it.
    ///
    /// # Completion
    ///
    /// Ends with the input, or after the error.
    ///
    /// # Backpressure
    ///
    /// Takes input while the output is blocked, up to one item more than
    /// `capacity`. Under a foreign consumer, which does not drive its
    /// progress, nothing is kept and it never fails.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items that are kept.
    ///
    /// # Errors
    ///
    /// [`Overflowed`] is the last item if the buffer was full when another item
    /// came.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `capacity` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use millpond_operators::flow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let mut seen = Vec::new();
    /// flow(1..=9)
    ///     .fail_on_overflow(2)
    ///     .inspect(|item| seen.push(item.ok()))
    ///     .for_each_async(async |_| sleep(Duration::from_millis(1)).await)
    ///     .await;
    ///
    /// assert_eq!(seen, [Some(1), Some(2), Some(3), None]);
    /// # }
    /// ```
    #[track_caller]
    pub fn fail_on_overflow(self, capacity: usize) -> Flow<Decoupled<S, FailOnOverflow<S::Item>>> {
        assert!(
            capacity > 0,
            "`fail_on_overflow` with a capacity of 0 would fail at once; give at least 1"
        );
        self.decouple(FailOnOverflow {
            items: VecDeque::new(),
            capacity,
            error: None,
            closed: false,
        })
    }
}

/// Store for [`Flow::fail_on_overflow`].
#[derive(Clone)]
#[must_use = "a store does nothing without its flow"]
pub struct FailOnOverflow<T> {
    items: VecDeque<T>,
    capacity: usize,
    // Not yet emitted.
    error: Option<Overflowed>,
    closed: bool,
}

impl<T> Store<T> for FailOnOverflow<T> {
    type Out = Result<T, Overflowed>;

    fn has_room(&self) -> bool {
        !self.closed
    }

    fn put(&mut self, item: T) {
        if self.items.len() < self.capacity {
            self.items.push_back(item);
            return;
        }
        self.closed = true;
        self.error = Some(Overflowed {
            capacity: self.capacity,
        });
    }

    fn take(&mut self) -> Option<Self::Out> {
        let item = self.items.pop_front().map(Ok);
        item.or_else(|| self.error.take().map(Err))
    }

    fn len(&self) -> usize {
        self.items.len() + usize::from(self.error.is_some())
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

impl<T> fmt::Debug for FailOnOverflow<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailOnOverflow")
            .field("held", &self.items.len())
            .field("capacity", &self.capacity)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}
