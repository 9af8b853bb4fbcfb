//! What `split_when` and `window_until` have in common: one input, of which at
//! most one substream is open.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::FusedStream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Where an item lies for which the predicate holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Boundary {
    First,
    Last,
}

/// The side that hands out the substreams.
pub(super) struct Splits<S: Progress, F> {
    shared: Arc<Mutex<Shared<S, F>>>,
    stale_after: Duration,
    // Armed when the output is first found waiting for a substream that
    // nobody has polled.
    timer: Option<Pin<Box<Sleep>>>,
}

/// A part of an input, made by [`Flow::split_when`] and [`Flow::window_until`].
///
/// It shares the input with the flow that it came from, and may be sent to
/// another task. Dropping it skips the rest of its items.
#[must_use = "streams do nothing unless polled"]
pub struct Substream<S: Progress, F> {
    // Gone once it has ended.
    shared: Option<Arc<Mutex<Shared<S, F>>>>,
    number: u64,
    cut: bool,
}

struct Shared<S: Progress, F> {
    input: Pin<Box<S>>,
    is_boundary: F,
    boundary: Boundary,
    // Taken and not yet given, with what the predicate says of it: the first
    // item of the open substream, or of the next if none is open.
    first: Option<(S::Item, bool)>,
    // The number of the substream that is open.
    open: Option<u64>,
    last_number: u64,
    // The open one has been polled.
    touched: bool,
    // The last one was given up; its other items are to be dropped.
    skipping: bool,
    skipped: u64,
    done: bool,
    outer: Option<Waker>,
    inner: Option<Waker>,
}

/// No lock is held while foreign code could ask for it again, except that of
/// the input and the predicate, which know neither side.
fn lock<S: Progress, F>(shared: &Mutex<Shared<S, F>>) -> MutexGuard<'_, Shared<S, F>> {
    // Whole even after a panic of the input or the predicate.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Progress, F> Shared<S, F> {
    /// Gives the open substream up. The item returned is the caller's to drop.
    fn give_up(&mut self) -> Option<S::Item> {
        self.open = None;
        self.inner = None;
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

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
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
    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<(S::Item, bool)>> {
        let Some(item) = ready!(self.poll_input(cx, S::poll_next)) else {
            self.done = true;
            return Poll::Ready(None);
        };
        let is_boundary = (self.is_boundary)(&item);
        Poll::Ready(Some((item, is_boundary)))
    }

    /// Takes an item for the open substream; says too whether that has ended.
    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<(Option<S::Item>, bool)> {
        self.touched = true;
        remember(&mut self.inner, cx);
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
            self.inner = None;
        }
        Poll::Ready(part)
    }
}

/// Keeps the waker of the latest poll.
fn remember(slot: &mut Option<Waker>, cx: &Context<'_>) {
    match slot {
        Some(waker) => waker.clone_from(cx.waker()),
        None => *slot = Some(cx.waker().clone()),
    }
}

impl<S: Progress, F> Splits<S, F> {
    pub(super) fn new(input: S, boundary: Boundary, stale_after: Duration, is_boundary: F) -> Self {
        let shared = Shared {
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
        };
        Self {
            shared: Arc::new(Mutex::new(shared)),
            stale_after,
            timer: None,
        }
    }

    pub(super) fn skipped(&self) -> u64 {
        lock(&self.shared).skipped
    }

    pub(super) fn is_terminated(&self) -> bool {
        let shared = lock(&self.shared);
        shared.done && (shared.open.is_some() || shared.first.is_none())
    }

    pub(super) fn size_hint(&self) -> (usize, Option<usize>) {
        let shared = lock(&self.shared);
        let begun = usize::from(shared.open.is_none() && shared.first.is_some());
        if shared.done {
            return (begun, Some(begun));
        }
        // At the least, all to come belongs to the substream that is open.
        let (lower, upper) = shared.input.size_hint();
        let begins = shared.open.is_none() && !shared.skipping && lower > 0;
        let upper = upper.and_then(|upper| upper.checked_add(begun));
        (begun.max(usize::from(begins)), upper)
    }

    pub(super) fn poll_progress(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut shared = lock(&self.shared);
        if shared.open.is_some() {
            remember(&mut shared.outer, cx);
        }
        shared.poll_progress(cx)
    }

    /// Says whether nobody has polled the open substream for too long.
    fn poll_stale(&mut self, cx: &mut Context<'_>) -> bool {
        let timer = match &mut self.timer {
            Some(timer) => timer,
            None if self.stale_after.is_zero() => return true,
            None => {
                let Some(stale_at) = Instant::now().checked_add(self.stale_after) else {
                    return false;
                };
                self.timer.insert(Box::pin(sleep_until(stale_at)))
            }
        };
        timer.as_mut().poll(cx).is_ready()
    }
}

impl<S, F> Splits<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    pub(super) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Flow<Substream<S, F>>>> {
        let handle = Arc::clone(&self.shared);
        let mut shared = lock(&handle);
        let mut taken = 0;
        loop {
            if shared.done && (shared.open.is_some() || shared.first.is_none()) {
                return Poll::Ready(None);
            }
            if shared.open.is_some() {
                if shared.touched {
                    self.timer = None;
                } else if self.poll_stale(cx) {
                    self.timer = None;
                    shared.outer = None;
                    let item = shared.give_up();
                    drop(shared);
                    drop(item);
                    shared = lock(&handle);
                    continue;
                }
                remember(&mut shared.outer, cx);
                let _moving = shared.poll_progress(cx);
                return Poll::Pending;
            }
            if shared.first.is_some() {
                shared.last_number += 1;
                shared.open = Some(shared.last_number);
                shared.touched = false;
                self.timer = None;
                return Poll::Ready(Some(Flow::native(Substream {
                    shared: Some(Arc::clone(&handle)),
                    number: shared.last_number,
                    cut: false,
                })));
            }
            if taken == UNITS_PER_POLL {
                let _moving = shared.poll_progress(cx);
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            taken += 1;
            let Some((item, is_boundary)) = ready!(shared.poll_item(cx)) else {
                continue;
            };
            let skips = shared.skipping;
            if is_boundary {
                shared.skipping = false;
            }
            if skips && !(is_boundary && shared.boundary == Boundary::First) {
                shared.skipped += 1;
                drop(shared);
                drop(item);
                shared = lock(&handle);
            } else {
                shared.first = Some((item, is_boundary));
            }
        }
    }
}

impl<S: Progress, F> Drop for Splits<S, F> {
    fn drop(&mut self) {
        lock(&self.shared).outer = None;
    }
}

impl<S: Progress, F> Substream<S, F> {
    /// Whether it ended before its last item, since nobody had polled it for
    /// too long.
    pub fn is_cut(&self) -> bool {
        self.cut
    }
}

impl<S, F> Stream for Substream<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = &mut *self;
        let Some(handle) = &this.shared else {
            return Poll::Ready(None);
        };
        let mut shared = lock(handle);
        if shared.open != Some(this.number) {
            drop(shared);
            this.cut = true;
            this.shared = None;
            return Poll::Ready(None);
        }
        let (item, ended) = ready!(shared.poll_part(cx));
        if ended {
            let outer = shared.outer.take();
            drop(shared);
            this.shared = None;
            if let Some(outer) = outer {
                outer.wake();
            }
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let shared = self.shared.as_ref().map(|shared| lock(shared));
        match shared.filter(|shared| shared.open == Some(self.number)) {
            Some(shared) => {
                let first = usize::from(shared.first.is_some());
                let (_, upper) = shared.input.size_hint();
                (first, upper.and_then(|upper| upper.checked_add(first)))
            }
            None => (0, Some(0)),
        }
    }
}

impl<S, F> FusedStream for Substream<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    fn is_terminated(&self) -> bool {
        self.shared.is_none()
    }
}

impl<S, F> Progress for Substream<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> bool,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(shared) = &self.shared else {
            return Poll::Ready(());
        };
        let mut shared = lock(shared);
        if shared.open != Some(self.number) {
            return Poll::Ready(());
        }
        shared.touched = true;
        remember(&mut shared.inner, cx);
        shared.poll_progress(cx)
    }
}

impl<S: Progress, F> Drop for Substream<S, F> {
    fn drop(&mut self) {
        let Some(handle) = self.shared.take() else {
            return;
        };
        let mut shared = lock(&handle);
        if shared.open == Some(self.number) {
            let item = shared.give_up();
            let outer = shared.outer.take();
            drop(shared);
            drop(item);
            if let Some(outer) = outer {
                outer.wake();
            }
        }
    }
}

impl<S: Progress, F> fmt::Debug for Substream<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Substream")
            .field("number", &self.number)
            .field("ended", &self.shared.is_none())
            .field("cut", &self.cut)
            .finish_non_exhaustive()
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
