use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::race::either;
use crate::{Flow, Progress};

/// Stream for [`race()`].
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct RaceAll<S> {
    // Boxed, so that one that ends can be taken out while the others are
    // pinned. The winner is alone.
    inputs: Vec<Pin<Box<S>>>,
}

/// Emits the items of whichever of `flows` has one first.
///
/// The others are dropped before that item is handed out. If several have one
/// at the same poll, the first of them wins.
///
/// # Completion
///
/// Ends when the winner ends. A stream that ends without an item has not won,
/// and leaves the others; if all do, or there are none, the output is empty.
///
/// # Examples
///
/// ```
/// use futures::stream;
/// use futures::stream::StreamExt;
/// use millpond_operators::concurrent::race;
/// use millpond_operators::flow;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let replicas = [
///     flow(stream::pending().boxed()),
///     flow(stream::iter([1, 2, 3]).boxed()),
///     flow(stream::empty().boxed()),
/// ];
/// let items: Vec<u32> = race(replicas).collect().await;
///
/// assert_eq!(items, [1, 2, 3]);
/// # }
/// ```
pub fn race<S: Progress>(flows: impl IntoIterator<Item = Flow<S>>) -> Flow<RaceAll<S>> {
    let inputs = flows.into_iter().map(|flow| Box::pin(flow.into_stream()));
    Flow::native(RaceAll {
        inputs: inputs.collect(),
    })
}

impl<S: Progress> Stream for RaceAll<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let mut turn = 0;
        while let Some(input) = self.inputs.get_mut(turn) {
            match input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    self.inputs.truncate(turn + 1);
                    self.inputs.drain(..turn);
                    return Poll::Ready(Some(item));
                }
                Poll::Ready(None) => drop(self.inputs.remove(turn)),
                Poll::Pending => turn += 1,
            }
        }
        if self.inputs.is_empty() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        either(self.inputs.iter().map(Stream::size_hint))
    }
}

impl<S: Progress> FusedStream for RaceAll<S> {
    fn is_terminated(&self) -> bool {
        self.inputs.is_empty()
    }
}

impl<S: Progress> Progress for RaceAll<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut progress = Poll::Ready(());
        for input in &mut self.inputs {
            if input.as_mut().poll_progress(cx).is_pending() {
                progress = Poll::Pending;
            }
        }
        progress
    }
}
