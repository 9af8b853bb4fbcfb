use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::pairwise`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Pairwise<S: Progress> {
    #[pin]
    input: S,
    // The latest item, until the end.
    held: Option<S::Item>,
}

impl<S: Progress> Flow<S> {
    /// Emits every two neighbours as a pair, the earlier item first.
    ///
    /// Each item is cloned, to come in the next pair too. Of fewer than two
    /// items no pair is made.
    ///
    /// # Backpressure
    ///
    /// The clone of one item is held.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let steps: Vec<_> = flow(stream::iter([1, 2, 4])).pairwise().collect().await;
    ///
    /// assert_eq!(steps, [(1, 2), (2, 4)]);
    /// # }
    /// ```
    pub fn pairwise(self) -> Flow<Pairwise<S>>
    where
        S::Item: Clone,
    {
        Flow::native(Pairwise {
            input: self.into_stream(),
            held: None,
        })
    }
}

impl<S> Stream for Pairwise<S>
where
    S: Progress,
    S::Item: Clone,
{
    type Item = (S::Item, S::Item);

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            let item = ready!(this.input.as_mut().poll_next(cx));
            // Taken before `clone` may panic: a pair must not skip an item.
            let before = this.held.take();
            let Some(item) = item else {
                return Poll::Ready(None);
            };
            *this.held = Some(item.clone());
            if let Some(before) = before {
                return Poll::Ready(Some((before, item)));
            }
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let first = usize::from(self.held.is_none());
        let (lower, upper) = self.input.size_hint();
        let upper = upper.map(|upper| upper.saturating_sub(first));
        (lower.saturating_sub(first), upper)
    }
}

impl<S> FusedStream for Pairwise<S>
where
    S: Progress + FusedStream,
    S::Item: Clone,
{
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S> Progress for Pairwise<S>
where
    S: Progress,
    S::Item: Clone,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
