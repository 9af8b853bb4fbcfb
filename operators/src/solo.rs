//! One future at a time, in place, for operators that need no box for it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project::pin_project;

/// At most one future, which is dropped when it is done.
#[pin_project]
pub(crate) struct Solo<Fut> {
    #[pin]
    future: Option<Fut>,
    // True while the future is made or polled; found true between two calls,
    // that has panicked.
    entered: bool,
}

impl<Fut: Future> Solo<Fut> {
    pub(crate) fn idle() -> Self {
        Self {
            future: None,
            entered: false,
        }
    }

    pub(crate) fn busy(future: Fut) -> Self {
        Self {
            future: Some(future),
            entered: false,
        }
    }

    pub(crate) fn start(self: Pin<&mut Self>, make: impl FnOnce() -> Fut) {
        let mut this = self.project();
        *this.entered = true;
        this.future.set(Some(make()));
        *this.entered = false;
    }

    /// Gives the result of the future; pending for ever without one.
    pub(crate) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Fut::Output> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            return Poll::Pending;
        };
        *this.entered = true;
        let polled = future.poll(cx);
        *this.entered = false;
        if polled.is_ready() {
            this.future.set(None);
        }
        polled
    }

    /// Drops the future, whether it has panicked or not.
    pub(crate) fn stop(self: Pin<&mut Self>) {
        self.project().future.set(None);
    }
}

impl<Fut> Solo<Fut> {
    pub(crate) fn is_busy(&self) -> bool {
        self.future.is_some()
    }

    /// Whether making or polling the future has panicked.
    pub(crate) fn has_panicked(&self) -> bool {
        self.entered
    }
}
