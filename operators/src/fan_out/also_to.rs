use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::Broadcast;
use crate::{Flow, Progress};

/// Stream for [`Flow::also_to`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct AlsoTo<S: Progress, Fut> {
    main: Flow<Broadcast<S>>,
    // Dropped as soon as it is done.
    #[pin]
    consumer: Option<Fut>,
    // True during its poll; found true at the next one, it has panicked.
    entered: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, and gives a clone of each to a consumer.
    ///
    /// `consume` gets the clones as a flow and makes the future that consumes
    /// them; it is called at once, and the future is polled whenever the output
    /// is.
    ///
    /// # Completion
    ///
    /// Ends when the input has ended and the consumer is done. A consumer that
    /// is done sooner gets no more items; the others are emitted without it.
    ///
    /// # Backpressure
    ///
    /// The output and the consumer each have up to `capacity` items in store,
    /// and nothing is taken from the input while one of the stores is full: the
    /// slower of the two sets the pace. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) drives the consumer as far as
    /// the stores allow.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the consumer with all it has not consumed.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `capacity` is zero. A panic of the consumer
    /// passes through the poll; the items go on without it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::RefCell;
    ///
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let journal = RefCell::new(Vec::new());
    /// let sum = flow([1, 2, 3])
    ///     .also_to(1, |copies| copies.for_each(|n| journal.borrow_mut().push(n)))
    ///     .fold(0, |sum, n| sum + n)
    ///     .await;
    ///
    /// assert_eq!((sum, journal.take()), (6, vec![1, 2, 3]));
    /// # }
    /// ```
    #[track_caller]
    pub fn also_to<F, Fut>(self, capacity: usize, consume: F) -> Flow<AlsoTo<S, Fut>>
    where
        S::Item: Clone,
        F: FnOnce(Flow<Broadcast<S>>) -> Fut,
        Fut: Future<Output = ()>,
    {
        assert!(
            capacity > 0,
            "`also_to` with room for 0 items would take none; give at least 1"
        );
        let [main, copies] = self.broadcast(capacity);
        Flow::native(AlsoTo {
            main,
            consumer: Some(consume(copies)),
            entered: false,
        })
    }
}

impl<S: Progress, Fut: Future<Output = ()>> AlsoTo<S, Fut> {
    fn drive(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if mem::replace(this.entered, true) {
            this.consumer.set(None);
        }
        let polled = match this.consumer.as_mut().as_pin_mut() {
            Some(consumer) => consumer.poll(cx),
            None => Poll::Ready(()),
        };
        if polled.is_ready() {
            this.consumer.set(None);
        }
        *this.entered = false;
        polled
    }
}

impl<S, T, Fut> Stream for AlsoTo<S, Fut>
where
    S: Progress<Item = T>,
    T: Clone,
    Fut: Future<Output = ()>,
{
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let _consuming = self.as_mut().drive(cx);
        let polled = Pin::new(&mut *self.as_mut().project().main).poll_next(cx);
        if let Poll::Ready(None) = polled {
            // What the consumer has in store may now be its last.
            return self.drive(cx).map(|()| None);
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.main.size_hint()
    }
}

impl<S, T, Fut> FusedStream for AlsoTo<S, Fut>
where
    S: Progress<Item = T>,
    T: Clone,
    Fut: Future<Output = ()>,
{
    fn is_terminated(&self) -> bool {
        self.main.is_terminated() && self.consumer.is_none()
    }
}

impl<S, T, Fut> Progress for AlsoTo<S, Fut>
where
    S: Progress<Item = T>,
    T: Clone,
    Fut: Future<Output = ()>,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let consumer = self.as_mut().drive(cx);
        let main = Pin::new(&mut *self.project().main).poll_progress(cx);
        if consumer.is_ready() && main.is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

impl<S, T, Fut> fmt::Debug for AlsoTo<S, Fut>
where
    S: Progress<Item = T>,
    T: Clone,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlsoTo")
            .field("main", &self.main)
            .field("consumer_done", &self.consumer.is_none())
            .finish_non_exhaustive()
    }
}
