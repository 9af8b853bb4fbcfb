use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::switch_if_empty`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct SwitchIfEmpty<S, O> {
    // Gone after its end.
    #[pin]
    input: Option<S>,
    // Gone with the first item of the input, or after its own end.
    #[pin]
    other: Option<O>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, or those of `other` if there is none.
    ///
    /// `other` is not touched before the input has ended without an item. With
    /// the first item of the input it is dropped.
    ///
    /// # Completion
    ///
    /// Ends with the input if that has given an item, and otherwise with
    /// `other`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let cached = flow(stream::empty());
    /// let computed = flow(stream::iter(["a", "b"]));
    /// let rows: Vec<_> = cached.switch_if_empty(computed).collect().await;
    ///
    /// assert_eq!(rows, ["a", "b"]);
    /// # }
    /// ```
    pub fn switch_if_empty<O>(self, other: Flow<O>) -> Flow<SwitchIfEmpty<S, O>>
    where
        O: Progress<Item = S::Item>,
    {
        Flow::native(SwitchIfEmpty {
            input: Some(self.into_stream()),
            other: Some(other.into_stream()),
        })
    }
}

impl<S, O> Stream for SwitchIfEmpty<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut this = self.project();
        if let Some(input) = this.input.as_mut().as_pin_mut() {
            let item = ready!(input.poll_next(cx));
            if item.is_some() {
                this.other.set(None);
                return Poll::Ready(item);
            }
            this.input.set(None);
        }
        let Some(other) = this.other.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let item = ready!(other.poll_next(cx));
        if item.is_none() {
            this.other.set(None);
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let of_other = self.other.as_ref().map(Stream::size_hint);
        let Some(input) = &self.input else {
            return of_other.unwrap_or((0, Some(0)));
        };
        let (lower, upper) = input.size_hint();
        match of_other {
            // An empty input is not sure yet.
            Some((other_lower, other_upper)) if lower == 0 => {
                let upper = upper.zip(other_upper).map(|(a, b)| a.max(b));
                (other_lower.min(1), upper)
            }
            _ => (lower, upper),
        }
    }
}

impl<S, O> FusedStream for SwitchIfEmpty<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.other.is_none()
    }
}

impl<S, O> Progress for SwitchIfEmpty<S, O>
where
    S: Progress,
    O: Progress<Item = S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match (this.input.as_pin_mut(), this.other.as_pin_mut()) {
            (Some(input), _) => input.poll_progress(cx),
            (None, Some(other)) => other.poll_progress(cx),
            (None, None) => Poll::Ready(()),
        }
    }
}
