use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::default_if_empty`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct DefaultIfEmpty<S: Progress> {
    #[pin]
    input: S,
    // Gone with the first item.
    default: Option<S::Item>,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, or `default` if there is none.
    ///
    /// # Completion
    ///
    /// When the input ends and has given no item, `default` is emitted; then the
    /// output ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let hits: Vec<_> = flow(stream::empty()).default_if_empty("nothing").collect().await;
    ///
    /// assert_eq!(hits, ["nothing"]);
    /// # }
    /// ```
    pub fn default_if_empty(self, default: S::Item) -> Flow<DefaultIfEmpty<S>> {
        Flow::native(DefaultIfEmpty {
            input: self.into_stream(),
            default: Some(default),
            done: false,
        })
    }
}

impl<S: Progress> Stream for DefaultIfEmpty<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        let item = ready!(this.input.poll_next(cx));
        *this.done = item.is_none();
        let default = this.default.take();
        Poll::Ready(item.or(default))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        let least = usize::from(self.default.is_some());
        let (lower, upper) = self.input.size_hint();
        (lower.max(least), upper.map(|upper| upper.max(least)))
    }
}

impl<S: Progress> FusedStream for DefaultIfEmpty<S> {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S: Progress> Progress for DefaultIfEmpty<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}
