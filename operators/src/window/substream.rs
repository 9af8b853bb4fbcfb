use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use super::shared_input::{Shared, lock};
use crate::Progress;

/// A part of an input, made by [`split_when`](crate::Flow::split_when)
/// and [`window_until`](crate::Flow::window_until).
///
/// It shares the input with the flow that it came from, and may be sent to
/// another task. Dropping it skips the rest of its items.
#[must_use = "streams do nothing unless polled"]
pub struct Substream<S: Progress, F> {
    // Gone once it has ended.
    pub(super) shared: Option<Arc<Mutex<Shared<S, F>>>>,
    pub(super) number: u64,
    pub(super) cut: bool,
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
        shared.remember_inner(cx);
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
