use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::{both, drive};
use super::{SizeHint, sum_of_hints};
use crate::{Flow, Progress};

/// Stream for [`Flow::merge`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Merge<S, O> {
    // Each side is dropped as soon as it ends.
    #[pin]
    input: Option<S>,
    #[pin]
    other: Option<O>,
    // Whose turn it is to be asked first.
    other_first: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of both streams, as they come.
    ///
    /// While both have items, they take turns. Each stream's own order is
    /// kept.
    ///
    /// # Completion
    ///
    /// Ends when both have ended. A side is dropped as soon as it ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let odd = flow(stream::iter([1, 3, 5, 7]));
    /// let even = flow(stream::iter([2, 4]));
    /// let merged: Vec<_> = odd.merge(even).collect().await;
    ///
    /// assert_eq!(merged, [1, 2, 3, 4, 5, 7]);
    /// # }
    /// ```
    pub fn merge<O>(self, other: Flow<O>) -> Flow<Merge<S, O>>
    where
        O: Progress<Item = S::Item>,
    {
        Flow::native(Merge::new(self.into_stream(), other.into_stream()))
    }
}

impl<S: Progress, O: Progress> Merge<S, O> {
    pub(super) fn new(input: S, other: O) -> Self {
        Self {
            input: Some(input),
            other: Some(other),
            other_first: false,
        }
    }

    pub(super) fn has_both(&self) -> bool {
        self.input.is_some() && self.other.is_some()
    }

    /// What each side promises; nothing where it has ended.
    pub(super) fn hints(&self) -> [SizeHint; 2] {
        let none = (0, Some(0));
        let input = self.input.as_ref().map_or(none, Stream::size_hint);
        [input, self.other.as_ref().map_or(none, Stream::size_hint)]
    }
}

impl<S, O> Stream for Merge<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        // The turn passes on whatever comes, so neither side can keep it.
        let other_first = mem::replace(this.other_first, !*this.other_first);
        for ask_other in [other_first, !other_first] {
            let polled = if ask_other {
                poll_side(this.other.as_mut(), cx)
            } else {
                poll_side(this.input.as_mut(), cx)
            };
            if polled.is_ready() {
                return polled;
            }
        }
        if this.input.is_none() && this.other.is_none() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        sum_of_hints(self.hints())
    }
}

impl<S, O> FusedStream for Merge<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.other.is_none()
    }
}

impl<S, O> Progress for Merge<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = drive(this.input, cx);
        both(input, drive(this.other, cx))
    }
}

/// Gives the next item of a side; `Pending` too when the side has ended.
fn poll_side<S: Progress>(
    mut side: Pin<&mut Option<S>>,
    cx: &mut Context<'_>,
) -> Poll<Option<S::Item>> {
    let Some(input) = side.as_mut().as_pin_mut() else {
        return Poll::Pending;
    };
    let polled = input.poll_next(cx);
    if let Poll::Ready(None) = polled {
        side.set(None);
        return Poll::Pending;
    }
    polled
}
