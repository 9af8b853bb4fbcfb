use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

/// A stream that keeps to the letter of [`Stream`], and to no more.
///
/// Before each item and the end it is pending once and wakes its task at once,
/// and besides it all wakers that it has ever been given; when it is dropped it
/// wakes them again. After its end it goes on with the items of
/// [`then`](Self::then), one at each poll. It knows nothing of its length.
///
/// No operator can cope with a stream that goes on after its end, unless
/// something in between stops it. [`flow`](crate::flow()) does:
///
/// # Examples
///
/// ```
/// use millpond_operators::flow;
/// use millpond_operators::testing::{HostileSource, TestSink};
///
/// let source = HostileSource::new([1, 2]).then([3]);
/// let mut sink = TestSink::new(flow(source));
///
/// sink.request(3);
/// assert_eq!(sink.expect_next(), 1);
/// assert_eq!(sink.expect_next(), 2);
/// sink.expect_end();
/// sink.expect_end();
/// ```
#[derive(Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct HostileSource<T> {
    items: VecDeque<T>,
    after_end: VecDeque<T>,
    ended: bool,
    has_pended: bool,
    wakers: Vec<Waker>,
}

impl<T> HostileSource<T> {
    /// Gives the items, and an end that is not the last thing to come.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        Self {
            items: items.into_iter().collect(),
            after_end: VecDeque::new(),
            ended: false,
            has_pended: false,
            wakers: Vec::new(),
        }
    }

    /// Gives these items after the end, to whoever asks again.
    pub fn then(mut self, items: impl IntoIterator<Item = T>) -> Self {
        self.after_end.extend(items);
        self
    }
}

// No part of it is ever pinned.
impl<T> Unpin for HostileSource<T> {}

impl<T> Stream for HostileSource<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if self.ended {
            return Poll::Ready(self.after_end.pop_front());
        }
        self.has_pended = !self.has_pended;
        if self.has_pended {
            self.wakers.push(cx.waker().clone());
            self.wakers.iter().for_each(Waker::wake_by_ref);
            return Poll::Pending;
        }
        let item = self.items.pop_front();
        self.ended = item.is_none();
        Poll::Ready(item)
    }
}

impl<T> Drop for HostileSource<T> {
    fn drop(&mut self) {
        self.wakers.drain(..).for_each(Waker::wake);
    }
}
