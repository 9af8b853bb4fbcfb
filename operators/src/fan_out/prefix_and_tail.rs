use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// Stream of the items behind the prefix. See [`Flow::prefix_and_tail`] and
/// [`Flow::flat_map_prefix`].
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Tail<S> {
    // Boxed, since it has been polled before. Dropped as soon as it ends.
    input: Option<Pin<Box<S>>>,
}

/// Future for [`Flow::prefix_and_tail`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct PrefixAndTail<S: Progress> {
    prefix: Vec<S::Item>,
    max_items: usize,
    // Gone when it is done.
    tail: Option<Tail<S>>,
}

impl<S: Progress> Flow<S> {
    /// Gives the first `max_items` items, and a flow of all others.
    ///
    /// # Completion
    ///
    /// Is done with the last of these items, without a look at what follows. An
    /// input that ends sooner gives a shorter prefix and an empty flow. With
    /// zero, the input is not polled.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the items that it holds, and the input.
    ///
    /// # Panics
    ///
    /// Panics when it is polled after it was done.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines = flow(["name,age", "Ann,31", "Bob,47"]);
    /// let (header, rows) = lines.prefix_and_tail(1).await;
    ///
    /// assert_eq!(header, ["name,age"]);
    /// assert_eq!(rows.collect::<Vec<_>>().await, ["Ann,31", "Bob,47"]);
    /// # }
    /// ```
    pub fn prefix_and_tail(self, max_items: usize) -> PrefixAndTail<S> {
        PrefixAndTail {
            prefix: Vec::new(),
            max_items,
            tail: Some(Tail {
                input: Some(Box::pin(self.into_stream())),
            }),
        }
    }
}

impl<S: Progress> PrefixAndTail<S> {
    /// Counts the items held.
    pub(super) fn held(&self) -> usize {
        self.prefix.len()
    }

    pub(super) fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.tail {
            Some(tail) => Pin::new(tail).poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

// The input is pinned in its box.
impl<S: Progress> Unpin for PrefixAndTail<S> {}

impl<S: Progress> Future for PrefixAndTail<S> {
    type Output = (Vec<S::Item>, Flow<Tail<S>>);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(tail) = &mut this.tail else {
            unreachable!("a `PrefixAndTail` was polled after its end");
        };
        for _ in 0..UNITS_PER_POLL {
            if this.prefix.len() == this.max_items {
                break;
            }
            match ready!(Pin::new(&mut *tail).poll_next(cx)) {
                Some(item) => this.prefix.push(item),
                None => this.max_items = this.prefix.len(),
            }
        }
        if this.prefix.len() < this.max_items {
            yield_after(Pin::new(tail), cx);
            return Poll::Pending;
        }
        let prefix = mem::take(&mut this.prefix);
        match this.tail.take() {
            Some(tail) => Poll::Ready((prefix, Flow::native(tail))),
            None => Poll::Pending,
        }
    }
}

impl<S: Progress> Stream for Tail<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let Some(input) = &mut self.input else {
            return Poll::Ready(None);
        };
        let item = ready!(input.as_mut().poll_next(cx));
        if item.is_none() {
            self.input = None;
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.input {
            Some(input) => input.size_hint(),
            None => (0, Some(0)),
        }
    }
}

impl<S: Progress> FusedStream for Tail<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S: Progress> Progress for Tail<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.input {
            Some(input) => input.as_mut().poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}
