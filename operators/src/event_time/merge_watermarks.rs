use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::{Element, EventTime};
use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Stream for [`merge_watermarks()`].
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct MergeWatermarks<S> {
    inputs: Vec<Side<S>>,
    // Which input is asked first.
    turn: usize,
    // The last one emitted.
    watermark: Option<EventTime>,
}

#[derive(Clone, Debug)]
struct Side<S> {
    // Boxed, so that one that ends can be taken out while the others are
    // pinned.
    input: Pin<Box<S>>,
    watermark: Option<EventTime>,
}

/// Emits the records of all `flows`, as they come, under one watermark.
///
/// The watermark is the lowest of those that the inputs have given last, and is
/// emitted whenever it goes up; before each input has given one, there is
/// none. So it says no more than every input does: a record that was in time
/// for the watermarks of its own input is so here. While several inputs have
/// records, they take turns; each input's own order is kept. An input that
/// gives nothing holds the watermark back until it ends.
///
/// To merge flows of different types, make them alike with
/// [`boxed`](Flow::boxed).
///
/// # Completion
///
/// The end of an input counts as a watermark past all times: the lowest of the
/// others may be emitted then. Ends when all have ended; without any, at once.
/// An input is dropped as soon as it ends.
///
/// # Examples
///
/// ```
/// use futures::stream;
/// use millpond_operators::event_time::{Element, EventTime, merge_watermarks};
/// use millpond_operators::flow;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let [five, six, seven] = [5, 6, 7].map(EventTime::from_millis);
/// let ahead = vec![Element::Watermark(six), Element::record(seven, 'a'), Element::record(seven, 'b')];
/// let behind = vec![Element::Watermark(five), Element::record(six, 'c')];
/// let merged: Vec<_> = merge_watermarks([ahead, behind].map(|side| flow(stream::iter(side))))
///     .collect()
///     .await;
///
/// assert_eq!(
///     merged,
///     [
///         Element::Watermark(five),
///         Element::record(seven, 'a'),
///         Element::record(six, 'c'),
///         Element::record(seven, 'b'),
///         Element::Watermark(six), // since the one behind has ended
///     ]
/// );
/// # }
/// ```
pub fn merge_watermarks<S, T>(flows: impl IntoIterator<Item = Flow<S>>) -> Flow<MergeWatermarks<S>>
where
    S: Progress<Item = Element<T>>,
{
    let inputs = flows.into_iter().map(|flow| Side {
        input: Box::pin(flow.into_stream()),
        watermark: None,
    });
    Flow::native(MergeWatermarks {
        inputs: inputs.collect(),
        turn: 0,
        watermark: None,
    })
}

impl<S> MergeWatermarks<S> {
    /// Gives the lowest watermark, if it has gone up.
    fn advance(&mut self) -> Option<EventTime> {
        let lowest = self.inputs.iter().map(|side| side.watermark).min()?;
        if lowest <= self.watermark {
            return None;
        }
        self.watermark = lowest;
        lowest
    }
}

impl<S, T> Stream for MergeWatermarks<S>
where
    S: Progress<Item = Element<T>>,
{
    type Item = Element<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Element<T>>> {
        let this = &mut *self;
        let mut asked = 0;
        let mut taken = 0;
        while asked < this.inputs.len() {
            if taken == UNITS_PER_POLL {
                let _moving = self.poll_progress(cx);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let turn = (this.turn + asked) % this.inputs.len();
            match this.inputs[turn].input.as_mut().poll_next(cx) {
                Poll::Ready(Some(element)) => {
                    this.turn = turn + 1;
                    let Element::Watermark(watermark) = element else {
                        return Poll::Ready(Some(element));
                    };
                    let side = &mut this.inputs[turn];
                    side.watermark = side.watermark.max(Some(watermark));
                    asked = 0;
                    taken += 1;
                }
                Poll::Ready(None) => {
                    drop(this.inputs.remove(turn));
                    // Those behind it move up; the ones asked stay asked.
                    if turn < this.turn {
                        this.turn -= 1;
                    }
                }
                Poll::Pending => {
                    asked += 1;
                    continue;
                }
            }
            if let Some(watermark) = this.advance() {
                return Poll::Ready(Some(Element::Watermark(watermark)));
            }
        }
        if this.inputs.is_empty() {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // All may be watermarks that change nothing. Each end but the last may
        // let a watermark through.
        let ends = self.inputs.len().saturating_sub(1);
        let mut uppers = self.inputs.iter().map(|side| side.input.size_hint().1);
        let upper = uppers.try_fold(ends, |sum, upper| sum.checked_add(upper?));
        (0, upper)
    }
}

impl<S, T> FusedStream for MergeWatermarks<S>
where
    S: Progress<Item = Element<T>>,
{
    fn is_terminated(&self) -> bool {
        self.inputs.is_empty()
    }
}

impl<S, T> Progress for MergeWatermarks<S>
where
    S: Progress<Item = Element<T>>,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut progress = Poll::Ready(());
        for side in &mut self.inputs {
            if side.input.as_mut().poll_progress(cx).is_pending() {
                progress = Poll::Pending;
            }
        }
        progress
    }
}
