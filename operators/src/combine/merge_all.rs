use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::sum_of_hints;
use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::wake_set::WakeSet;
use crate::{Flow, Progress};

/// Stream for [`merge()`].
#[must_use = "streams do nothing unless polled"]
pub struct MergeAll<S> {
    inputs: WakeSet<S>,
}

/// Emits the items of all `flows`, as they come.
///
/// While several have items, they take turns. Each stream's own order is kept.
/// An input that is pending is not polled again before it is woken, so
/// thousands of inputs that wait cost nothing.
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
    let mut inputs = WakeSet::new();
    for flow in flows {
        inputs.push(flow.into_stream());
    }
    Flow::native(MergeAll { inputs })
}

impl<S: Progress> Stream for MergeAll<S> {
    type Item = S::Item;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        for _ in 0..UNITS_PER_POLL {
            match ready!(self.inputs.poll_next(cx)) {
                Some((_, None)) => {}
                Some((_, item)) => return Poll::Ready(item),
                None => return Poll::Ready(None),
            }
        }
        // So many inputs have just ended.
        yield_after(self, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        sum_of_hints(self.inputs.members().map(Stream::size_hint))
    }
}

impl<S: Progress> FusedStream for MergeAll<S> {
    fn is_terminated(&self) -> bool {
        self.inputs.is_empty()
    }
}

impl<S: Progress> Progress for MergeAll<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.inputs.poll_progress(cx)
    }
}

impl<S: Progress + Clone> Clone for MergeAll<S> {
    fn clone(&self) -> Self {
        Self {
            inputs: self.inputs.clone(),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for MergeAll<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MergeAll")
            .field("inputs", &self.inputs)
            .finish()
    }
}
