use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::side::{both, drive, next_of};
use super::sum_of_hints;
use crate::{Flow, Progress};

/// Stream for [`Flow::interleave`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Interleave<S, O> {
    // Each side is dropped as soon as it ends.
    #[pin]
    input: Option<S>,
    #[pin]
    other: Option<O>,
    run: usize,
    // What is left of the run, and whose it is.
    remaining: usize,
    of_other: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits `run` items of this stream, then `run` of the other, and so on.
    ///
    /// The order does not depend on which side is faster: a side whose turn it
    /// is is waited for. For items as they come, see [`merge`](Flow::merge).
    ///
    /// # Completion
    ///
    /// After the end of one side, the items of the other pass as they come.
    /// Ends when both have ended. A side is dropped as soon as it ends.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `run` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let text = flow(stream::iter("abcde".chars()));
    /// let dots = flow(stream::iter("...".chars()));
    /// let mixed: String = text.interleave(dots, 2).collect().await;
    ///
    /// assert_eq!(mixed, "ab..cd.e");
    /// # }
    /// ```
    #[track_caller]
    pub fn interleave<O>(self, other: Flow<O>, run: usize) -> Flow<Interleave<S, O>>
    where
        O: Progress<Item = S::Item>,
    {
        assert!(
            run > 0,
            "`interleave` by runs of 0 items would never emit; give at least 1"
        );
        Flow::native(Interleave {
            input: Some(self.into_stream()),
            other: Some(other.into_stream()),
            run,
            remaining: run,
            of_other: false,
        })
    }
}

impl<S, O> Stream for Interleave<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        // This side, the other, and this one again where only it is left.
        for _ in 0..3 {
            let polled = if *this.of_other {
                next_of(this.other.as_mut(), cx)
            } else {
                next_of(this.input.as_mut(), cx)
            };
            match polled {
                Poll::Ready(Some(_)) => *this.remaining -= 1,
                Poll::Ready(None) => *this.remaining = 0,
                Poll::Pending => {
                    // The side that waits for its turn goes on with its work.
                    let _moving = if *this.of_other {
                        drive(this.input, cx)
                    } else {
                        drive(this.other, cx)
                    };
                    return Poll::Pending;
                }
            }
            if *this.remaining == 0 {
                *this.of_other = !*this.of_other;
                *this.remaining = *this.run;
            }
            if let Poll::Ready(Some(_)) = polled {
                return polled;
            }
        }
        Poll::Ready(None)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let input = self.input.as_ref().map(Stream::size_hint);
        let other = self.other.as_ref().map(Stream::size_hint);
        sum_of_hints(input.into_iter().chain(other))
    }
}

impl<S, O> FusedStream for Interleave<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.other.is_none()
    }
}

impl<S, O> Progress for Interleave<S, O>
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
