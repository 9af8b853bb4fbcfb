use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project::pin_project;

use super::SizeHint;
use super::side::drive;
use crate::Progress;

/// One of several inputs, with its newest item.
#[pin_project]
pub(super) struct Latest<S: Stream> {
    // Gone as soon as it has ended.
    #[pin]
    input: Option<S>,
    newest: Option<S::Item>,
}

impl<S: Progress> Latest<S> {
    pub(super) fn new(input: S) -> Self {
        Self {
            input: Some(input),
            newest: None,
        }
    }

    /// Takes one item; `false` when there is none now, or never again.
    pub(super) fn poll_change(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return false;
        };
        match input.poll_next(cx) {
            Poll::Ready(Some(item)) => {
                *this.newest = Some(item);
                true
            }
            Poll::Ready(None) => {
                this.input.set(None);
                false
            }
            Poll::Pending => false,
        }
    }

    pub(super) fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        drive(self.project().input, cx)
    }

    /// Drops the input and its newest item.
    pub(super) fn release(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.input.set(None);
        *this.newest = None;
    }

    pub(super) fn newest(&self) -> Option<&S::Item> {
        self.newest.as_ref()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.input.is_none()
    }

    /// It has ended without an item.
    pub(super) fn is_barren(&self) -> bool {
        self.has_ended() && self.newest.is_none()
    }

    /// How many items are to come.
    pub(super) fn hint(&self) -> SizeHint {
        self.input.as_ref().map_or((0, Some(0)), S::size_hint)
    }
}

impl<S: Stream<Item: Clone> + Clone> Clone for Latest<S> {
    fn clone(&self) -> Self {
        Self {
            input: self.input.clone(),
            newest: self.newest.clone(),
        }
    }
}

impl<S: Stream + fmt::Debug> fmt::Debug for Latest<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latest")
            .field("input", &self.input)
            .field("newest", &self.newest.is_some())
            .finish()
    }
}
