//! The contract that keeps admitted work going while the output is blocked.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

/// A stream whose admitted work can be driven without taking an item from it.
///
/// A plain [`Stream`] stands still unless it is polled for its next item, and
/// whoever consumes it cannot poll while it is busy or blocked. Futures that
/// the stream had already started then freeze: a 10 ms timer inside is seen
/// after as long as the consumer's body took, and a future that holds a
/// permit which the body waits for deadlocks both. `poll_progress` is the
/// second door: it moves the work on and emits nothing.
///
/// An implementor is fused: after its first `None` it gives `None` on every
/// further poll, and no foreign stream underneath is polled again. Operators
/// rely on that of their inputs instead of keeping a flag each; only
/// [`Foreign`](crate::Foreign) ever touches a stream that is not fused.
///
/// What an implementation does follows from its class:
///
/// | class | holds | `poll_progress` |
/// | --- | --- | --- |
/// | I, fused | no futures or timers | forwards to its input |
/// | II, concurrent | futures | admits up to its bound, drives what it holds, then forwards |
/// | III, decoupled | items on the way | takes input too, up to its bound |
///
/// An operator that returns `Pending` from `poll_next` without having polled
/// its input to `Pending` in the same call calls `poll_progress` on the input
/// first; otherwise the work admitted upstream would stand still just because
/// this operator is full. An input with a waker of its own that was called
/// before, and has neither given an item nor woken since, can be left alone.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be driven while its output is blocked",
    label = "this is not a `Flow`",
    note = "wrap a stream of another crate with `flow(..)`, which adapts any `Stream`",
    note = "a future, such as a fold, is no stream: `flow(stream::once(..))` gives its output as the one item"
)]
pub trait Progress: Stream {
    /// Drives admitted work without emitting an item.
    ///
    /// `Ready` means that nothing here can move until an item is taken with
    /// `poll_next`. `Pending` means that something is under way and that the
    /// waker of `cx` will be woken when it can move on. Calling it any number
    /// of times changes neither which items follow nor their order. Of class
    /// III alone, which items follow may depend on when they are taken, as the
    /// operator documents.
    ///
    /// # Panics
    ///
    /// Passes on the panic of a closure or future that it drives. No item is
    /// repeated or made up afterwards; an operator that holds futures has
    /// ended then.
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;

    /// Hands up to `limit` ready items to `take`, and says how many.
    ///
    /// The same items in the same order as from as many polls, but a source
    /// that has them in store hands them out in one loop, into which the
    /// closures of the operators on the way are compiled. `Ready(Some(0))` is
    /// never returned but for a `limit` of zero; an item that is not ready is
    /// not waited for once there has been one, so that the call after it may
    /// be `Pending`. Answers otherwise as `poll_next` does: `Pending` if
    /// nothing is ready, `Ready(None)` at the end.
    ///
    /// Hands out one item unless an implementation does better, which only
    /// those need that pass items on one by one and hold none.
    ///
    /// # Panics
    ///
    /// Passes on a panic of `take` or of a closure on the way. The items that
    /// were handed out before are gone, and no other.
    #[inline]
    fn poll_many(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        limit: usize,
        mut take: impl FnMut(Self::Item),
    ) -> Poll<Option<usize>>
    where
        Self: Sized,
    {
        if limit == 0 {
            return Poll::Ready(Some(0));
        }
        self.poll_next(cx).map(|item| {
            take(item?);
            Some(1)
        })
    }
}

impl<P: Progress + Unpin + ?Sized> Progress for &mut P {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut **self).poll_progress(cx)
    }
}

impl<P: Progress + Unpin + ?Sized> Progress for Box<P> {
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut **self).poll_progress(cx)
    }
}

impl<P: Progress + ?Sized> Progress for Pin<Box<P>> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.get_mut().as_mut().poll_progress(cx)
    }
}
