use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::{Side, both};
use super::sum_of_hints;
use crate::{Flow, Progress};

/// Stream for [`Flow::merge_sequence`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MergeSequence<S: Stream, O: Stream, F> {
    #[pin]
    input: Side<S>,
    #[pin]
    other: Side<O>,
    number_of: F,
    // The numbers of the items held.
    number: u64,
    other_number: u64,
    // The number whose turn it is.
    expected: u64,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of two streams in the order of their numbers.
    ///
    /// The numbers count from zero, and each is on one side, in increasing
    /// order: what a split has torn apart is put together. An item whose turn
    /// it is is emitted at once, without waiting for the other side.
    ///
    /// A number that is missing is passed over once both sides are past it. An
    /// item whose number has been passed is emitted at once.
    ///
    /// # Completion
    ///
    /// After the end of one side, the items of the other pass as they come.
    /// Ends when both have ended. A side is dropped as soon as it ends.
    ///
    /// # Backpressure
    ///
    /// At most one item waits for its turn.
    ///
    /// # Panics
    ///
    /// After a panic of `number_of`, the item that it was given is gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let checked = flow(stream::iter([(0, 'a'), (3, 'd')]));
    /// let trusted = flow(stream::iter([(1, 'b'), (2, 'c')]));
    /// let text: String = checked
    ///     .merge_sequence(trusted, |(number, _)| *number)
    ///     .map(|(_, letter)| letter)
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(text, "abcd");
    /// # }
    /// ```
    pub fn merge_sequence<O, F>(self, other: Flow<O>, number_of: F) -> Flow<MergeSequence<S, O, F>>
    where
        O: Progress<Item = S::Item>,
        F: FnMut(&S::Item) -> u64,
    {
        Flow::native(MergeSequence {
            input: Side::new(self.into_stream()),
            other: Side::new(other.into_stream()),
            number_of,
            number: 0,
            other_number: 0,
            expected: 0,
        })
    }
}

impl<S, O, F> Stream for MergeSequence<S, O, F>
where
    S: Progress,
    O: Progress<Item = S::Item>,
    F: FnMut(&S::Item) -> u64,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        let filled = fill(this.input.as_mut(), this.number, this.number_of, cx);
        if filled == Poll::Ready(true) && *this.number <= *this.expected {
            *this.expected = this.number.saturating_add(1).max(*this.expected);
            return Poll::Ready(this.input.take());
        }
        let other = fill(this.other.as_mut(), this.other_number, this.number_of, cx);
        let other_is_next = match (filled, other) {
            (_, Poll::Ready(true)) if *this.other_number <= *this.expected => true,
            (Poll::Ready(true), Poll::Ready(true)) => *this.other_number < *this.number,
            (Poll::Ready(one), Poll::Ready(_)) => !one,
            _ => {
                this.input.settle(filled, cx);
                this.other.settle(other, cx);
                return Poll::Pending;
            }
        };
        let (item, number) = if other_is_next {
            (this.other.take(), *this.other_number)
        } else {
            (this.input.take(), *this.number)
        };
        *this.expected = number.saturating_add(1).max(*this.expected);
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        sum_of_hints([self.input.hint(), self.other.hint()])
    }
}

/// Takes an item to hold, if none is held, with its number.
fn fill<S: Progress>(
    mut side: Pin<&mut Side<S>>,
    number: &mut u64,
    number_of: &mut impl FnMut(&S::Item) -> u64,
    cx: &mut Context<'_>,
) -> Poll<bool> {
    if side.held() {
        return Poll::Ready(true);
    }
    let filled = side.as_mut().fill(cx);
    // Out of its place while the closure, which may panic, looks at it.
    if let Some(item) = side.as_mut().take() {
        *number = number_of(&item);
        side.put_back(item);
    }
    filled
}

impl<S, O, F> FusedStream for MergeSequence<S, O, F>
where
    S: Progress,
    O: Progress<Item = S::Item>,
    F: FnMut(&S::Item) -> u64,
{
    fn is_terminated(&self) -> bool {
        self.input.is_empty() && self.other.is_empty()
    }
}

impl<S, O, F> Progress for MergeSequence<S, O, F>
where
    S: Progress,
    O: Progress<Item = S::Item>,
    F: FnMut(&S::Item) -> u64,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = this.input.poll_progress(cx);
        both(input, this.other.poll_progress(cx))
    }
}

impl<S, O, F: Clone> Clone for MergeSequence<S, O, F>
where
    S: Stream<Item: Clone> + Clone,
    O: Stream<Item: Clone> + Clone,
{
    fn clone(&self) -> Self {
        Self {
            input: self.input.clone(),
            other: self.other.clone(),
            number_of: self.number_of.clone(),
            number: self.number,
            other_number: self.other_number,
            expected: self.expected,
        }
    }
}

impl<S, O, F> fmt::Debug for MergeSequence<S, O, F>
where
    S: Stream + fmt::Debug,
    O: Stream + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MergeSequence")
            .field("input", &self.input)
            .field("other", &self.other)
            .finish_non_exhaustive()
    }
}
