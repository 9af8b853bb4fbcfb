use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::side::both;
use super::sum_of_hints;
use crate::{Flow, Progress};

/// Stream for [`merge_prioritized`].
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct MergePrioritized<S> {
    // Each is dropped as soon as it ends.
    inputs: Vec<Weighted<S>>,
    // Whose turn it is, and how many items are left of it.
    turn: usize,
    remaining: usize,
}

#[derive(Clone, Debug)]
struct Weighted<S> {
    // Boxed, so that one that ends can be taken out while the others are
    // pinned.
    input: Pin<Box<S>>,
    weight: usize,
}

/// Emits the items of all `flows` as they come, in shares of given weights.
///
/// In its turn, an input gives as many items as its weight says; it loses the
/// rest of the turn when it has none ready. Of inputs that always have items,
/// each gets its weight's share of the output, and none waits for longer than
/// the sum of the others' weights. Each stream's own order is kept.
///
/// Each poll asks the inputs in turn until one has an item, so this is made
/// for tens of inputs rather than thousands.
///
/// # Completion
///
/// Ends when all have ended; without any, at once. An input is dropped as soon
/// as it ends.
///
/// # Panics
///
/// Panics at the call site if a weight is zero.
///
/// # Examples
///
/// ```
/// use futures::stream;
/// use millpond_operators::{combine, flow};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let paid = flow(stream::repeat('p')).take(4);
/// let free = flow(stream::repeat('f')).take(4);
/// let served: String = combine::merge_prioritized([(paid, 3), (free, 1)]).collect().await;
///
/// assert_eq!(served, "pppfpfff");
/// # }
/// ```
#[track_caller]
pub fn merge_prioritized<S: Progress>(
    flows: impl IntoIterator<Item = (Flow<S>, usize)>,
) -> Flow<MergePrioritized<S>> {
    let mut inputs = Vec::new();
    for (flow, weight) in flows {
        assert!(
            weight > 0,
            "an input of `merge_prioritized` with weight 0 would never be asked; give at least 1"
        );
        let input = Box::pin(flow.into_stream());
        inputs.push(Weighted { input, weight });
    }
    let remaining = inputs.first().map_or(0, |first| first.weight);
    Flow::native(MergePrioritized {
        inputs,
        turn: 0,
        remaining,
    })
}

impl<S> MergePrioritized<S> {
    /// Gives the turn to the input at `turn`, or to the first after the last.
    fn begin_turn(&mut self, turn: usize) {
        self.turn = if turn < self.inputs.len() { turn } else { 0 };
        self.remaining = self.inputs.get(self.turn).map_or(0, |input| input.weight);
    }
}

impl<S: Progress> Stream for MergePrioritized<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = &mut *self;
        let mut pending = 0;
        while pending < this.inputs.len() {
            match this.inputs[this.turn].input.as_mut().poll_next(cx) {
                Poll::Ready(Some(item)) => {
                    this.remaining -= 1;
                    if this.remaining == 0 {
                        this.begin_turn(this.turn + 1);
                    }
                    return Poll::Ready(Some(item));
                }
                Poll::Ready(None) => {
                    drop(this.inputs.remove(this.turn));
                    this.begin_turn(this.turn);
                }
                Poll::Pending => {
                    pending += 1;
                    this.begin_turn(this.turn + 1);
                }
            }
        }
        if this.inputs.is_empty() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        sum_of_hints(self.inputs.iter().map(|input| input.input.size_hint()))
    }
}

impl<S: Progress> FusedStream for MergePrioritized<S> {
    fn is_terminated(&self) -> bool {
        self.inputs.is_empty()
    }
}

impl<S: Progress> Progress for MergePrioritized<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let inputs = self.inputs.iter_mut();
        inputs.fold(Poll::Ready(()), |progress, input| {
            both(input.input.as_mut().poll_progress(cx), progress)
        })
    }
}
