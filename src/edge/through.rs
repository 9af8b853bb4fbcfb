use std::fmt;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};

use super::Inlet;

/// The receiving end of an edge that carries something else than `T`.
///
/// Messages are turned into `T` when they are handed out, and not before, so
/// that the edge counts and holds what it would without this.
pub(super) trait Through<T> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>>;
    fn resize(&mut self, capacity: NonZeroUsize);
    fn settle_up(&mut self);
    fn is_terminated(&self) -> bool;
}

pub(super) struct Turned<U, F> {
    inlet: Inlet<U>,
    turn: F,
}

impl<U, F> Turned<U, F> {
    pub(super) fn new(inlet: Inlet<U>, turn: F) -> Self {
        Self { inlet, turn }
    }
}

impl<U, T, F: FnMut(U) -> T> Through<T> for Turned<U, F> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let next = Pin::new(&mut self.inlet).poll_next(cx);
        next.map(|message| message.map(&mut self.turn))
    }

    fn resize(&mut self, capacity: NonZeroUsize) {
        self.inlet.resize(capacity);
    }

    fn settle_up(&mut self) {
        self.inlet.settle_up();
    }

    fn is_terminated(&self) -> bool {
        self.inlet.is_terminated()
    }
}

impl<T> fmt::Debug for dyn Through<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Through")
    }
}
