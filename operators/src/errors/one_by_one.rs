use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project::pin_project;

use crate::Progress;

/// What the operators of this group share that make a future of some items:
/// one at a time, and its result until that is taken.
#[pin_project]
pub(super) struct OneByOne<S, Fut: Future> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    #[pin]
    future: Option<Fut>,
    result: Option<Fut::Output>,
    // True during a poll of the future; found true before one, the last poll
    // panicked.
    polling: bool,
}

/// Why nothing more can be done now.
enum Filled {
    /// There is a result, or none to come.
    Settled,
    /// The future is pending.
    Busy,
    /// The input is pending.
    Waiting,
}

/// What an item becomes.
pub(super) enum Step<Fut: Future> {
    Run(Fut),
    Emit(Fut::Output),
}

impl<S: Progress, Fut: Future> OneByOne<S, Fut> {
    pub(super) fn new(input: S) -> Self {
        Self {
            input: Some(input),
            future: None,
            result: None,
            polling: false,
        }
    }

    pub(super) fn poll_next(
        mut self: Pin<&mut Self>,
        step: impl FnOnce(S::Item) -> Step<Fut>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Fut::Output>> {
        match self.as_mut().fill(step, cx) {
            Filled::Settled => Poll::Ready(self.project().result.take()),
            Filled::Waiting => Poll::Pending,
            Filled::Busy => {
                let _moving = self.drive_input(cx);
                Poll::Pending
            }
        }
    }

    pub(super) fn poll_progress(
        mut self: Pin<&mut Self>,
        step: impl FnOnce(S::Item) -> Step<Fut>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        match self.as_mut().fill(step, cx) {
            Filled::Settled => self.drive_input(cx),
            Filled::Waiting => Poll::Pending,
            Filled::Busy => {
                let _moving = self.drive_input(cx);
                Poll::Pending
            }
        }
    }

    /// Drops the input; nothing more comes then.
    pub(super) fn end(self: Pin<&mut Self>) {
        self.project().input.set(None);
    }

    pub(super) fn size_hint(&self) -> (usize, Option<usize>) {
        let held = self.held();
        let Some(input) = &self.input else {
            return (held, Some(held));
        };
        let (lower, upper) = input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(held));
        (lower.saturating_add(held), upper)
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.input.is_none() && self.held() == 0
    }

    fn held(&self) -> usize {
        let lost = self.polling;
        usize::from(!lost && (self.future.is_some() || self.result.is_some()))
    }

    /// Works towards a result.
    fn fill(
        self: Pin<&mut Self>,
        step: impl FnOnce(S::Item) -> Step<Fut>,
        cx: &mut Context<'_>,
    ) -> Filled {
        let mut this = self.project();
        if mem::take(this.polling) {
            this.future.set(None);
        }
        if this.result.is_some() {
            return Filled::Settled;
        }
        if this.future.is_none() {
            let Some(input) = this.input.as_mut().as_pin_mut() else {
                return Filled::Settled;
            };
            match input.poll_next(cx) {
                Poll::Pending => return Filled::Waiting,
                Poll::Ready(None) => this.input.set(None),
                Poll::Ready(Some(item)) => match step(item) {
                    Step::Run(future) => this.future.set(Some(future)),
                    Step::Emit(result) => *this.result = Some(result),
                },
            }
        }
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            return Filled::Settled;
        };
        *this.polling = true;
        let polled = future.poll(cx);
        *this.polling = false;
        let Poll::Ready(result) = polled else {
            return Filled::Busy;
        };
        *this.result = Some(result);
        this.future.set(None);
        Filled::Settled
    }

    fn drive_input(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, Fut: Future> fmt::Debug for OneByOne<S, Fut> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OneByOne")
            .field("input", &self.input)
            .field("busy", &self.future.is_some())
            .finish_non_exhaustive()
    }
}
