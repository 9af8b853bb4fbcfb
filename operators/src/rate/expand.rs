use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

impl<S: Progress> Flow<S> {
    /// Goes on emitting while the input is silent.
    ///
    /// `f` makes an iterator of each item, and its first element is emitted in
    /// the item's place. While no further item is there, each poll emits the
    /// next element; the next item replaces the iterator. An iterator that is
    /// used up emits nothing more, and an empty one drops its item.
    ///
    /// Use it where a consumer wants a value at its own pace: the last known
    /// one, or one that is derived from it. An endless iterator is always
    /// ready, so the consumer sets the pace.
    ///
    /// # Completion
    ///
    /// Ends when the input ends, and the first element of the last iterator is
    /// out.
    ///
    /// # Backpressure
    ///
    /// Holds one item, as an iterator. While the output is blocked it takes the
    /// next one if the first element of the iterator before has been emitted, or
    /// there was none: no item is passed over.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the iterator.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::iter;
    ///
    /// use futures::channel::mpsc;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (sender, receiver) = mpsc::unbounded();
    /// let mut last_known = flow(receiver).expand(|n: u32| iter::repeat(n));
    ///
    /// assert!(sender.unbounded_send(1).is_ok());
    /// assert_eq!(last_known.next().await, Some(1));
    /// assert_eq!(last_known.next().await, Some(1));
    /// assert!(sender.unbounded_send(2).is_ok());
    /// assert_eq!(last_known.next().await, Some(2));
    /// # }
    /// ```
    ///
    /// To emit each item as it is and derive only what follows, chain both:
    ///
    /// ```
    /// use std::iter;
    ///
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// // A speed that is halved as long as no news comes.
    /// let speeds = flow([8, 6]).expand(|speed| {
    ///     let guesses = iter::successors(Some(speed / 2), |guess| Some(guess / 2));
    ///     iter::once(speed).chain(guesses)
    /// });
    ///
    /// assert_eq!(speeds.collect::<Vec<_>>().await, [8, 6]);
    /// # }
    /// ```
    pub fn expand<F, I>(self, f: F) -> Flow<Expand<S, F, I::IntoIter>>
    where
        F: FnMut(S::Item) -> I,
        I: IntoIterator,
    {
        Flow::native(Expand {
            input: Some(self.into_stream()),
            f,
            elements: None,
            fresh: None,
        })
    }
}

/// Stream for [`Flow::expand`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct Expand<S, F, I: Iterator> {
    // Gone at its end.
    #[pin]
    input: Option<S>,
    f: F,
    elements: Option<I>,
    // The first element of the newest iterator, not emitted yet.
    fresh: Option<I::Item>,
}

impl<S, F, I, Elements> Expand<S, F, I>
where
    S: Progress,
    F: FnMut(S::Item) -> Elements,
    Elements: IntoIterator<IntoIter = I, Item = I::Item>,
    I: Iterator,
{
    /// Takes the next item if the last one's turn is over; `Pending` when there
    /// may be one later.
    fn poll_fresh(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if this.fresh.is_some() {
            return Poll::Ready(());
        }
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        input.poll_next(cx).map(|item| {
            // Before the call, so that a panic of `f` repeats nothing.
            *this.elements = None;
            if let Some(item) = item {
                let mut elements = (this.f)(item).into_iter();
                *this.fresh = elements.next();
                *this.elements = Some(elements);
            } else {
                this.input.set(None);
            }
        })
    }
}

impl<S, F, I, Elements> Stream for Expand<S, F, I>
where
    S: Progress,
    F: FnMut(S::Item) -> Elements,
    Elements: IntoIterator<IntoIter = I, Item = I::Item>,
    I: Iterator,
{
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Item>> {
        for _ in 0..UNITS_PER_POLL {
            let silent = self.as_mut().poll_fresh(cx).is_pending();
            let this = self.as_mut().project();
            if let Some(element) = this.fresh.take() {
                return Poll::Ready(Some(element));
            }
            if this.input.is_none() {
                return Poll::Ready(None);
            }
            let element = this.elements.as_mut().and_then(Iterator::next);
            if element.is_some() {
                return Poll::Ready(element);
            }
            *this.elements = None;
            if silent {
                return Poll::Pending;
            }
            // The iterator of the item was empty.
        }
        if let Some(input) = self.project().input.as_pin_mut() {
            yield_after(input, cx);
        }
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let fresh = usize::from(self.fresh.is_some());
        (fresh, self.input.is_none().then_some(fresh))
    }
}

impl<S, F, I, Elements> FusedStream for Expand<S, F, I>
where
    S: Progress,
    F: FnMut(S::Item) -> Elements,
    Elements: IntoIterator<IntoIter = I, Item = I::Item>,
    I: Iterator,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.fresh.is_none()
    }
}

impl<S, F, I, Elements> Progress for Expand<S, F, I>
where
    S: Progress,
    F: FnMut(S::Item) -> Elements,
    Elements: IntoIterator<IntoIter = I, Item = I::Item>,
    I: Iterator,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..UNITS_PER_POLL {
            ready!(self.as_mut().poll_fresh(cx));
            let this = self.as_mut().project();
            let Some(input) = this.input.as_pin_mut() else {
                return Poll::Ready(());
            };
            if this.fresh.is_some() {
                return input.poll_progress(cx);
            }
            // The iterator of the item was empty.
        }
        if let Some(input) = self.project().input.as_pin_mut() {
            yield_after(input, cx);
        }
        Poll::Pending
    }
}

impl<S: fmt::Debug, F, I: Iterator> fmt::Debug for Expand<S, F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expand")
            .field("input", &self.input)
            .field("holds", &self.fresh.is_some())
            .finish_non_exhaustive()
    }
}
