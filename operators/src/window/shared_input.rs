//! The input that a flow of substreams shares with the one that is open.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};

use crate::Progress;

/// Where an item lies for which the predicate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Boundary {
    First,
    Last,
}

/// An input, and where its two sides stand.
pub(super) struct Shared<S: Progress, F> {
    pub(super) input: Pin<Box<S>>,
    pub(super) is_boundary: F,
    pub(super) boundary: Boundary,
    // Taken and not yet given, with what the predicate says of it: the first
    // item of the open substream, or of the next if none is open.
    pub(super) first: Option<(S::Item, bool)>,
    // The number of the substream that is open.
    pub(super) open: Option<u64>,
    pub(super) last_number: u64,
    // The open one has been polled.
    pub(super) touched: bool,
    // The last one was given up; its other items are to be dropped.
    pub(super) skipping: bool,
    pub(super) skipped: u64,
    pub(super) done: bool,
    pub(super) outer: Option<Waker>,
    pub(super) inner: Option<Waker>,
    // Replaced, and to be dropped without the lock.
    stale: Vec<Waker>,
}

/// Locks what the two sides share.
///
/// No item or waker is dropped and no other side woken under the lock, since
/// that may run code which asks for it again: the last waker of a task may be
/// all that keeps the other side alive.
pub(super) fn lock<S: Progress, F>(shared: &Mutex<Shared<S, F>>) -> MutexGuard<'_, Shared<S, F>> {
    loop {
        // Whole even after a panic of the input or the predicate.
        let mut locked = shared.lock().unwrap_or_else(PoisonError::into_inner);
        if locked.stale.is_empty() {
            return locked;
        }
        let stale = mem::take(&mut locked.stale);
        drop(locked);
        drop(stale);
    }
}

impl<S: Progress, F> Shared<S, F> {
    pub(super) fn new(input: S, boundary: Boundary, is_boundary: F) -> Self {
        Self {
            input: Box::pin(input),
            is_boundary,
            boundary,
            first: None,
            open: None,
            last_number: 0,
            touched: false,
            skipping: false,
            skipped: 0,
            done: false,
            outer: None,
            inner: None,
            stale: Vec::new(),
        }
    }

    /// Has the side that hands out substreams woken.
    pub(super) fn remember_outer(&mut self, cx: &Context<'_>) {
        remember(&mut self.outer, &mut self.stale, cx);
    }

    /// Has the side that consumes the open one woken.
    pub(super) fn remember_inner(&mut self, cx: &Context<'_>) {
        remember(&mut self.inner, &mut self.stale, cx);
    }

    pub(super) fn forget_outer(&mut self) {
        self.stale.extend(self.outer.take());
    }

    /// Gives the open substream up. The item returned is the caller's to drop.
    pub(super) fn give_up(&mut self) -> Option<S::Item> {
        self.open = None;
        self.stale.extend(self.inner.take());
        self.skipping = true;
        let (item, is_boundary) = self.first.take()?;
        self.skipped += 1;
        self.skipping = !(is_boundary && self.boundary == Boundary::Last);
        Some(item)
    }

    /// Polls the input, and has both sides woken if both may wait.
    fn poll_input<R>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> R,
    ) -> R {
        let input = self.input.as_mut();
        match (&self.outer, &self.inner) {
            (Some(outer), Some(inner)) if !outer.will_wake(inner) => {
                let both = Waker::from(Arc::new(Both(outer.clone(), inner.clone())));
                poll(input, &mut Context::from_waker(&both))
            }
            _ => poll(input, cx),
        }
    }

    pub(super) fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.poll_input(cx, S::poll_progress)
    }
}

impl<S, F> Shared<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    /// Takes an item, with what the predicate says of it.
    pub(super) fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<(S::Item, bool)>> {
        let Some(item) = ready!(self.poll_input(cx, S::poll_next)) else {
            self.done = true;
            return Poll::Ready(None);
        };
        let is_boundary = (self.is_boundary)(&item);
        Poll::Ready(Some((item, is_boundary)))
    }

    /// Takes an item for the open substream; says too whether that has ended.
    pub(super) fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<(Option<S::Item>, bool)> {
        self.touched = true;
        self.remember_inner(cx);
        let first = self.first.take();
        let is_first = first.is_some();
        let taken = match first {
            None if self.done => None,
            None => ready!(self.poll_item(cx)),
            first => first,
        };
        let part = match (taken, self.boundary) {
            (None, _) => (None, true),
            (Some((item, true)), Boundary::First) if !is_first => {
                self.first = Some((item, true));
                (None, true)
            }
            (Some((item, is_boundary)), boundary) => {
                (Some(item), is_boundary && boundary == Boundary::Last)
            }
        };
        if part.1 {
            self.open = None;
            self.stale.extend(self.inner.take());
        }
        Poll::Ready(part)
    }
}

/// Keeps the waker of the latest poll.
fn remember(slot: &mut Option<Waker>, stale: &mut Vec<Waker>, cx: &Context<'_>) {
    let known = |waker: &Waker| waker.will_wake(cx.waker());
    if !slot.as_ref().is_some_and(known) {
        stale.extend(slot.replace(cx.waker().clone()));
    }
}

/// Wakes the two sides that share the input.
struct Both(Waker, Waker);

impl Wake for Both {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
        self.1.wake_by_ref();
    }
}
