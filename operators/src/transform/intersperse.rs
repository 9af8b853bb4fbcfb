use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::intersperse`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Intersperse<S: Progress> {
    #[pin]
    input: S,
    separator: S::Item,
    // Waits for the separator before it to be taken.
    held: Option<S::Item>,
    begun: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, with a clone of `separator` between each two.
    ///
    /// A separator comes only when the item after it is there: never first, never
    /// last, and never while the input is pending.
    ///
    /// # Backpressure
    ///
    /// One item is held from its separator on.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let path: String = flow(stream::iter(["a", "b", "c"])).intersperse("/").collect().await;
    ///
    /// assert_eq!(path, "a/b/c");
    /// # }
    /// ```
    pub fn intersperse(self, separator: S::Item) -> Flow<Intersperse<S>>
    where
        S::Item: Clone,
    {
        Flow::native(Intersperse {
            input: self.into_stream(),
            separator,
            held: None,
            begun: false,
        })
    }
}

impl<S> Stream for Intersperse<S>
where
    S: Progress,
    S::Item: Clone,
{
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if this.held.is_some() {
            return Poll::Ready(this.held.take());
        }
        let item = ready!(this.input.poll_next(cx));
        if item.is_none() || !*this.begun {
            *this.begun = true;
            return Poll::Ready(item);
        }
        let separator = this.separator.clone();
        *this.held = item;
        Poll::Ready(Some(separator))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let held = usize::from(self.held.is_some());
        let first = usize::from(!self.begun);
        let (lower, upper) = self.input.size_hint();
        let lower = lower.saturating_mul(2).saturating_sub(first);
        let upper = upper.and_then(|upper| upper.checked_mul(2)?.checked_add(held));
        let upper = upper.map(|upper| upper.saturating_sub(first));
        (lower.saturating_add(held), upper)
    }
}

impl<S> FusedStream for Intersperse<S>
where
    S: Progress + FusedStream,
    S::Item: Clone,
{
    fn is_terminated(&self) -> bool {
        self.held.is_none() && self.input.is_terminated()
    }
}

impl<S> Progress for Intersperse<S>
where
    S: Progress,
    S::Item: Clone,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
