use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::enumerate`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Enumerate<S> {
    #[pin]
    input: S,
    count: usize,
}

impl<S: Progress> Flow<S> {
    /// Emits every item with its index, counted from zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let lines: Vec<_> = flow(stream::iter(["a", "b"])).enumerate().collect().await;
    ///
    /// assert_eq!(lines, [(0, "a"), (1, "b")]);
    /// # }
    /// ```
    pub fn enumerate(self) -> Flow<Enumerate<S>> {
        Flow::native(Enumerate {
            input: self.into_stream(),
            count: 0,
        })
    }
}

impl<S: Progress> Stream for Enumerate<S> {
    type Item = (usize, S::Item);

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.input.poll_next(cx).map(|item| {
            item.map(|item| {
                let index = *this.count;
                *this.count += 1;
                (index, item)
            })
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.input.size_hint()
    }
}

impl<S: Progress + FusedStream> FusedStream for Enumerate<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_terminated()
    }
}

impl<S: Progress> Progress for Enumerate<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().input.poll_progress(cx)
    }
}
