use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::race`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Race<S, O> {
    // A side is dropped when it ends, and when the other one wins.
    #[pin]
    input: Option<S>,
    #[pin]
    other: Option<O>,
}

impl<S: Progress> Flow<S> {
    /// Emits the items of whichever stream has one first.
    ///
    /// The other one is dropped before that item is handed out. If both have
    /// one at the same poll, this stream wins, and `other` is not polled.
    ///
    /// # Completion
    ///
    /// Ends when the winner ends. A stream that ends without an item has not
    /// won, and leaves the other one; if both do, the output is empty.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use futures::{FutureExt, stream};
    /// use millpond_operators::flow;
    /// use tokio::time::sleep;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let after = |ms, name| sleep(Duration::from_millis(ms)).map(move |()| name);
    /// let near = flow(stream::once(after(10, "near")));
    /// let far = flow(stream::once(after(90, "far")));
    /// let answers: Vec<_> = far.race(near).collect().await;
    ///
    /// assert_eq!(answers, ["near"]);
    /// # }
    /// ```
    pub fn race<O>(self, other: Flow<O>) -> Flow<Race<S, O>>
    where
        O: Progress<Item = S::Item>,
    {
        Flow::native(Race {
            input: Some(self.into_stream()),
            other: Some(other.into_stream()),
        })
    }
}

impl<S, O> Stream for Race<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        if let Some(input) = this.input.as_mut().as_pin_mut() {
            match input.poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    this.other.set(None);
                    return Poll::Ready(Some(item));
                }
                Poll::Ready(None) => this.input.set(None),
                Poll::Pending => {}
            }
        }
        if let Some(other) = this.other.as_mut().as_pin_mut() {
            match other.poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    this.input.set(None);
                    return Poll::Ready(Some(item));
                }
                Poll::Ready(None) => this.other.set(None),
                Poll::Pending => {}
            }
        }
        if this.input.is_none() && this.other.is_none() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let input = self.input.as_ref().map(Stream::size_hint);
        let other = self.other.as_ref().map(Stream::size_hint);
        either(input.into_iter().chain(other))
    }
}

/// The size of one of several streams, of which one that has an item is taken.
pub(super) fn either(
    hints: impl Iterator<Item = (usize, Option<usize>)>,
) -> (usize, Option<usize>) {
    let widest = hints.fold(None, |widest, (lower, upper)| {
        let Some((least, most, most_upper)) = widest else {
            return Some((lower, lower, upper));
        };
        let upper = upper.zip(most_upper).map(|(a, b)| a.max(b));
        Some((lower.min(least), lower.max(most), upper))
    });
    // If any of them has items, an empty one cannot win.
    widest.map_or((0, Some(0)), |(least, most, upper)| {
        (least.max(most.min(1)), upper)
    })
}

impl<S, O> FusedStream for Race<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.other.is_none()
    }
}

impl<S, O> Progress for Race<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let input = this.input.as_pin_mut().map(|input| input.poll_progress(cx));
        let other = this.other.as_pin_mut().map(|other| other.poll_progress(cx));
        if [input, other].contains(&Some(Poll::Pending)) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }
}
