use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::side::{Side, both};
use crate::{Flow, Progress};

/// Stream for [`zip_n`].
#[must_use = "streams do nothing unless polled"]
pub struct ZipN<S: Stream> {
    inputs: Vec<Pin<Box<Side<S>>>>,
    done: bool,
}

/// Emits vectors of the items of all `flows` that have the same index.
///
/// A vector is emitted as soon as all of its items are there; they stand in the
/// order of the flows. Each poll asks the inputs whose item is missing.
///
/// # Completion
///
/// Ends when any input has ended and its items are used up; without any input,
/// at once. All inputs are dropped then; items of longer ones that have no
/// partners stay, see [`ZipN::take_remainder`].
///
/// # Backpressure
///
/// At most one item of each input waits for the others.
///
/// # Examples
///
/// ```
/// use futures::stream;
/// use millpond_operators::{combine, flow};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let columns = [[1, 2], [10, 20], [100, 200]].map(|column| flow(stream::iter(column)));
/// let rows: Vec<_> = combine::zip_n(columns).collect().await;
///
/// assert_eq!(rows, [[1, 10, 100], [2, 20, 200]]);
/// # }
/// ```
pub fn zip_n<S: Progress>(flows: impl IntoIterator<Item = Flow<S>>) -> Flow<ZipN<S>> {
    let sides = flows.into_iter().map(|flow| Side::new(flow.into_stream()));
    let inputs: Vec<_> = sides.map(Box::pin).collect();
    let done = inputs.is_empty();
    Flow::native(ZipN { inputs, done })
}

impl<S: Progress> ZipN<S> {
    /// Takes out the items that wait for their partners, in the order of the
    /// flows.
    ///
    /// Reached through [`Flow::get_pin_mut`], also after the end.
    #[must_use = "the items are no longer in the zip"]
    pub fn take_remainder(mut self: Pin<&mut Self>) -> Vec<Option<S::Item>> {
        self.take_all().collect()
    }

    fn take_all(&mut self) -> impl Iterator<Item = Option<S::Item>> {
        self.inputs.iter_mut().map(|side| side.as_mut().take())
    }
}

impl<S: Progress> Stream for ZipN<S> {
    type Item = Vec<S::Item>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.done {
            return Poll::Ready(None);
        }
        let mut missing = false;
        for side in &mut this.inputs {
            match side.as_mut().fill(cx) {
                Poll::Ready(true) => {}
                Poll::Ready(false) => {
                    this.done = true;
                    break;
                }
                Poll::Pending => missing = true,
            }
        }
        if this.done {
            for side in &mut this.inputs {
                side.as_mut().release();
            }
            return Poll::Ready(None);
        }
        if missing {
            // Those without an item have just been found pending.
            for side in this.inputs.iter_mut().filter(|side| side.held()) {
                let _moving = side.as_mut().poll_progress(cx);
            }
            return Poll::Pending;
        }
        Poll::Ready(Some(this.take_all().flatten().collect()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        let hints = || self.inputs.iter().map(|side| side.hint());
        let lower = hints().map(|(lower, _)| lower).min();
        let upper = hints().filter_map(|(_, upper)| upper).min();
        (lower.unwrap_or(0), upper)
    }
}

impl<S: Progress> FusedStream for ZipN<S> {
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S: Progress> Progress for ZipN<S> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let sides = self.inputs.iter_mut();
        sides.fold(Poll::Ready(()), |progress, side| {
            both(side.as_mut().poll_progress(cx), progress)
        })
    }
}

impl<S: Stream<Item: Clone> + Clone> Clone for ZipN<S> {
    fn clone(&self) -> Self {
        Self {
            inputs: self.inputs.clone(),
            done: self.done,
        }
    }
}

impl<S: Stream + fmt::Debug> fmt::Debug for ZipN<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ZipN")
            .field("inputs", &self.inputs)
            .finish_non_exhaustive()
    }
}
