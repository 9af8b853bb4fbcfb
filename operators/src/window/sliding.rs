use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::{UNITS_PER_POLL, yield_after};
use crate::{Flow, Progress};

/// What [`Flow::sliding`] does with a last window that is not full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShortWindow {
    /// Emits it, so that no item of it is lost.
    Emit,
    /// Drops it, so that all windows have the same size.
    Drop,
}

/// Stream for [`Flow::sliding`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Sliding<S: Progress> {
    #[pin]
    input: S,
    held: Vec<S::Item>,
    // Whether an item held has come in no window yet.
    fresh: bool,
    // So many items lie between the last window and the next.
    gap: usize,
    size: usize,
    step: usize,
    short_window: ShortWindow,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits windows of `size` items that begin every `step` items.
    ///
    /// A window is emitted as soon as it is full. Where `step` is less than
    /// `size`, windows overlap, and the items that they share are cloned; put
    /// large items into an [`Arc`](std::sync::Arc). Where `step` is more, the
    /// items between two windows are dropped.
    ///
    /// # Completion
    ///
    /// When the input ends within a window, `short_window` says whether the
    /// items so far are emitted as a last, shorter one; then the output ends. A
    /// shorter window always has an item that no window before it has. This is
    /// an argument, not a second method, so that each call shows the choice:
    /// neither windows of another size nor missing items come as a surprise.
    ///
    /// # Backpressure
    ///
    /// At most `size - 1` items are held.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the items held. To stop early without losing
    /// them, call [`Sliding::take_remainder`] first.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `size` or `step` is zero. If cloning an item
    /// panics, its window is lost, and the next item begins another.
    ///
    /// # Units
    ///
    /// `size` and `step` count items.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::window::ShortWindow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let readings = || flow(stream::iter([1, 2, 3, 4, 5, 6]));
    /// let whole: Vec<_> = readings().sliding(3, 2, ShortWindow::Drop).collect().await;
    /// let all: Vec<_> = readings().sliding(3, 2, ShortWindow::Emit).collect().await;
    ///
    /// assert_eq!(whole, [vec![1, 2, 3], vec![3, 4, 5]]);
    /// assert_eq!(all, [vec![1, 2, 3], vec![3, 4, 5], vec![5, 6]]);
    /// # }
    /// ```
    #[track_caller]
    pub fn sliding(self, size: usize, step: usize, short_window: ShortWindow) -> Flow<Sliding<S>>
    where
        S::Item: Clone,
    {
        assert!(
            size > 0,
            "`sliding` windows of 0 items would never be full; give a size of at least 1"
        );
        assert!(
            step > 0,
            "`sliding` by 0 items would never reach the next window; give a step of at least 1"
        );
        Flow::native(Sliding {
            input: self.into_stream(),
            held: Vec::new(),
            fresh: false,
            gap: 0,
            size,
            step,
            short_window,
            done: false,
        })
    }
}

impl<S: Progress> Sliding<S> {
    /// Takes out the items of the window that is not yet complete.
    ///
    /// Reached through [`Flow::get_pin_mut`]. Where windows overlap, the first
    /// of the items have come in windows before. The next item starts a new
    /// window.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::Pin;
    ///
    /// use futures::FutureExt;
    /// use futures::stream::{self, StreamExt};
    /// use millpond_operators::flow;
    /// use millpond_operators::window::ShortWindow;
    ///
    /// let never_ends = stream::iter([1, 2, 3]).chain(stream::pending());
    /// let mut windows = flow(never_ends).sliding(2, 2, ShortWindow::Emit);
    ///
    /// assert_eq!(windows.next().now_or_never(), Some(Some(vec![1, 2])));
    /// assert_eq!(windows.next().now_or_never(), None);
    /// assert_eq!(Pin::new(&mut windows).get_pin_mut().take_remainder(), [3]);
    /// ```
    #[must_use = "the items are no longer in the window"]
    pub fn take_remainder(self: Pin<&mut Self>) -> Vec<S::Item> {
        let this = self.project();
        *this.fresh = false;
        mem::take(this.held)
    }

    /// How many windows are still to leave if so many items come.
    fn windows(&self, items: usize) -> usize {
        let items = items.saturating_sub(self.gap);
        let total = self.held.len().saturating_add(items);
        let (full, begun) = match total.checked_sub(self.size) {
            None => (0, self.fresh || items > 0),
            Some(rest) => {
                let steps = rest / self.step;
                // Of the next window, an item that is in no full one.
                let next = (steps * self.step).saturating_add(self.size.max(self.step));
                (steps + 1, total > next)
            }
        };
        full + usize::from(begun && self.short_window == ShortWindow::Emit)
    }
}

impl<S> Stream for Sliding<S>
where
    S: Progress,
    S::Item: Clone,
{
    type Item = Vec<S::Item>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        for _ in 0..UNITS_PER_POLL {
            let Some(item) = ready!(this.input.as_mut().poll_next(cx)) else {
                *this.done = true;
                let rest = mem::take(this.held);
                let emits = *this.fresh && *this.short_window == ShortWindow::Emit;
                return Poll::Ready(emits.then_some(rest));
            };
            if *this.gap > 0 {
                *this.gap -= 1;
                continue;
            }
            this.held.push(item);
            *this.fresh = true;
            if this.held.len() == *this.size {
                // Taken before `clone` may panic: a window must not skip an item.
                let window = mem::take(this.held);
                *this.fresh = false;
                *this.gap = this.step.saturating_sub(*this.size);
                if let Some(shared) = window.get(*this.step..) {
                    let mut next = Vec::with_capacity((*this.size).min(UNITS_PER_POLL));
                    next.extend_from_slice(shared);
                    *this.held = next;
                }
                return Poll::Ready(Some(window));
            }
        }
        yield_after(this.input, cx);
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        let (lower, upper) = self.input.size_hint();
        let upper = upper.filter(|upper| upper.checked_add(self.held.len()).is_some());
        (self.windows(lower), upper.map(|upper| self.windows(upper)))
    }
}

impl<S> FusedStream for Sliding<S>
where
    S: Progress,
    S::Item: Clone,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S> Progress for Sliding<S>
where
    S: Progress,
    S::Item: Clone,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}
