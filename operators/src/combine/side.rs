use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use pin_project::pin_project;

use super::SizeHint;
use crate::Progress;

/// One of several inputs, with the item of it that waits for the others.
#[pin_project]
pub(super) struct Side<S: Stream> {
    // Gone as soon as it has ended.
    #[pin]
    input: Option<S>,
    held: Option<S::Item>,
}

impl<S: Progress> Side<S> {
    pub(super) fn new(input: S) -> Self {
        Self {
            input: Some(input),
            held: None,
        }
    }

    /// Takes an item to hold, if none is held; says whether one is held now.
    /// Without one, the input has ended.
    pub(super) fn fill(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let mut this = self.project();
        if this.held.is_none()
            && let Some(input) = this.input.as_mut().as_pin_mut()
        {
            *this.held = ready!(input.poll_next(cx));
            if this.held.is_none() {
                this.input.set(None);
            }
        }
        Poll::Ready(this.held.is_some())
    }

    /// Drives the input after a call that has `filled` this side, unless that
    /// found it pending.
    pub(super) fn settle(self: Pin<&mut Self>, filled: Poll<bool>, cx: &mut Context<'_>) {
        if filled.is_ready() {
            let _moving = self.poll_progress(cx);
        }
    }

    pub(super) fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        drive(self.project().input, cx)
    }

    /// Drops the input, not the item held.
    pub(super) fn release(self: Pin<&mut Self>) {
        self.project().input.set(None);
    }

    pub(super) fn take(self: Pin<&mut Self>) -> Option<S::Item> {
        self.project().held.take()
    }

    /// Holds an item again that was just taken.
    pub(super) fn put_back(self: Pin<&mut Self>, item: S::Item) {
        *self.project().held = Some(item);
    }

    pub(super) fn held(&self) -> bool {
        self.held.is_some()
    }

    /// Nothing is held and nothing will come.
    pub(super) fn is_empty(&self) -> bool {
        self.input.is_none() && self.held.is_none()
    }

    /// How many items are held or still to come.
    pub(super) fn hint(&self) -> SizeHint {
        let held = usize::from(self.held.is_some());
        let input = self.input.as_ref().map_or((0, Some(0)), S::size_hint);
        super::sum_of_hints([input, (held, Some(held))])
    }
}

/// Gives the next item of an input, and drops it when it ends.
pub(super) fn next_of<S: Progress>(
    mut input: Pin<&mut Option<S>>,
    cx: &mut Context<'_>,
) -> Poll<Option<S::Item>> {
    let Some(stream) = input.as_mut().as_pin_mut() else {
        return Poll::Ready(None);
    };
    let polled = stream.poll_next(cx);
    if let Poll::Ready(None) = polled {
        input.set(None);
    }
    polled
}

/// Drives an input that may have ended and been dropped.
pub(super) fn drive<S: Progress>(input: Pin<&mut Option<S>>, cx: &mut Context<'_>) -> Poll<()> {
    match input.as_pin_mut() {
        Some(input) => input.poll_progress(cx),
        None => Poll::Ready(()),
    }
}

/// `Pending` if one of them is.
pub(super) fn both(one: Poll<()>, other: Poll<()>) -> Poll<()> {
    if one.is_pending() { one } else { other }
}

impl<S: Stream<Item: Clone> + Clone> Clone for Side<S> {
    fn clone(&self) -> Self {
        Self {
            input: self.input.clone(),
            held: self.held.clone(),
        }
    }
}

impl<S: Stream + fmt::Debug> fmt::Debug for Side<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Side")
            .field("input", &self.input)
            .field("held", &self.held.is_some())
            .finish()
    }
}
