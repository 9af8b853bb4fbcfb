use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::{Flow, Progress};

/// Stream for [`merge()`].
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct MergeAll<S> {
    // Boxed, so that one that ends can be taken out while the others are
    // pinned.
    inputs: Vec<Pin<Box<S>>>,
    // Which input is asked first.
    turn: usize,
}

/// Emits the items of all `flows`, as they come.
///
/// While several have items, they take turns. Each stream's own order is kept.
/// Each poll asks the inputs in turn until one has an item, so this is made
/// for tens of inputs rather than thousands.
///
/// # Completion
///
/// Ends when all have ended; without any, at once. An input is dropped as soon
/// as it ends.
///
/// # Examples
///
/// ```
/// use futures::stream;
/// use millpond_operators::{flow, merge};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let sensors = [0, 10, 20].map(|first| flow(stream::iter(first..first + 2)));
/// let readings: Vec<_> = merge(sensors).collect().await;
///
/// assert_eq!(readings, [0, 10, 20, 1, 11, 21]);
/// # }
/// ```
pub fn merge<S: Progress>(flows: impl IntoIterator<Item = Flow<S>>) -> Flow<MergeAll<S>> {
    let inputs = flows.into_iter().map(|flow| Box::pin(flow.into_inner()));
    Flow::native(MergeAll {
        inputs: inputs.collect(),
        turn: 0,
    })
}

impl<S: Progress> Stream for MergeAll<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = &mut *self;
        let mut asked = 0;
        while asked < this.inputs.len() {
            let turn = (this.turn + asked) % this.inputs.len();
            match this.inputs[turn].as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    this.turn = turn + 1;
                    return Poll::Ready(Some(item));
                }
                Poll::Ready(None) => {
                    drop(this.inputs.remove(turn));
                    // Those behind it move up; the ones asked stay asked.
                    if turn < this.turn {
                        this.turn -= 1;
                    }
                }
                Poll::Pending => asked += 1,
            }
        }
        if this.inputs.is_empty() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inputs
            .iter()
            .map(Stream::size_hint)
            .fold((0, Some(0)), |(lower, upper), (l, u)| {
                let upper = upper.zip(u).and_then(|(a, b)| a.checked_add(b));
                (lower.saturating_add(l), upper)
            })
    }
}

impl<S: Progress> FusedStream for MergeAll<S> {
    fn is_terminated(&self) -> bool {
        self.inputs.is_empty()
    }
}

impl<S: Progress> Progress for MergeAll<S> {
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
