use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project::pin_project;

use crate::Progress;

/// How a stream came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It gave `None`.
    End,
    /// It was dropped before that.
    Cancel,
    /// A poll of its input panicked.
    Panic,
}

/// What is done once when a stream comes to its end.
pub(super) trait Finalize {
    fn finalize(self, cause: Cause);
}

/// What the operators of this group share that tell how a stream ended.
#[pin_project]
pub(super) struct Watched<S, F: Finalize> {
    // Gone when it has ended or panicked. Stands first, so that it is dropped
    // before the finalizer runs.
    #[pin]
    pub(super) input: Option<S>,
    last: Last<F>,
}

impl<S: Progress, F: Finalize> Watched<S, F> {
    pub(super) fn new(input: S, finalizer: F) -> Self {
        Self {
            input: Some(input),
            last: Last {
                finalizer: Some(finalizer),
                cause: Cause::Cancel,
            },
        }
    }

    pub(super) fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<S::Item>> {
        let polled = self.as_mut().with_input(|input| input.poll_next(cx));
        if let Some(Poll::Ready(None)) = polled {
            let this = self.project();
            this.last.end(this.input, Cause::End);
        }
        polled.unwrap_or(Poll::Ready(None))
    }

    pub(super) fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let polled = self.with_input(|input| input.poll_progress(cx));
        polled.unwrap_or(Poll::Ready(()))
    }

    pub(super) fn size_hint(&self) -> (usize, Option<usize>) {
        let input = self.input.as_ref();
        input.map_or((0, Some(0)), Stream::size_hint)
    }

    fn with_input<R>(self: Pin<&mut Self>, f: impl FnOnce(Pin<&mut S>) -> R) -> Option<R> {
        let this = self.project();
        let mut guard = EndOnPanic {
            input: this.input,
            last: Some(this.last),
        };
        let result = f(guard.input.as_mut().as_pin_mut()?);
        guard.last = None;
        Some(result)
    }
}

/// Runs the finalizer, unless it has run.
struct Last<F: Finalize> {
    finalizer: Option<F>,
    cause: Cause,
}

impl<F: Finalize> Last<F> {
    /// Drops the input and runs the finalizer.
    fn end<S>(&mut self, mut input: Pin<&mut Option<S>>, cause: Cause) {
        // Run by its own drop, so also if the drop of the input panics.
        let _last = Self {
            finalizer: self.finalizer.take(),
            cause,
        };
        input.set(None);
    }
}

impl<F: Finalize> Drop for Last<F> {
    fn drop(&mut self) {
        if let Some(finalizer) = self.finalizer.take() {
            finalizer.finalize(self.cause);
        }
    }
}

/// Ends the stream when a poll of its input panics.
struct EndOnPanic<'a, S, F: Finalize> {
    input: Pin<&'a mut Option<S>>,
    // Taken when the poll has returned.
    last: Option<&'a mut Last<F>>,
}

impl<S, F: Finalize> Drop for EndOnPanic<'_, S, F> {
    fn drop(&mut self) {
        if let Some(last) = self.last.take()
            && self.input.is_some()
        {
            last.end(self.input.as_mut(), Cause::Panic);
        }
    }
}
