use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::fork::Fork;
use super::router::Router;
use crate::Progress;

/// One of the outputs of a fork.
pub(super) struct Branch<S, R, T> {
    fork: Arc<Fork<S, R, T>>,
    // The place of its waker.
    slot: usize,
    queue: usize,
}

impl<S, R, T> Branch<S, R, T>
where
    S: Progress,
    R: Router<S::Item, Item = T>,
{
    /// Makes a fork with a given number of branches.
    pub(super) fn fork<const N: usize>(input: S, router: R, capacity: usize) -> [Self; N] {
        let fork = Arc::new(Fork::new(input, router, N, capacity));
        std::array::from_fn(|queue| Self::of(&fork, queue))
    }

    /// Makes a fork whose branches share one queue.
    pub(super) fn share(input: S, router: R, branches: usize, capacity: usize) -> Vec<Self> {
        let fork = Arc::new(Fork::new(input, router, 1, capacity));
        let branch = |slot| Self {
            fork: Arc::clone(&fork),
            slot,
            queue: 0,
        };
        (0..branches).map(branch).collect()
    }

    /// Gives the branch of a queue that has been opened.
    pub(super) fn of(fork: &Arc<Fork<S, R, T>>, queue: usize) -> Self {
        Self {
            fork: Arc::clone(fork),
            slot: queue,
            queue,
        }
    }

    pub(super) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.fork.poll_next(self.slot, self.queue, cx)
    }

    pub(super) fn poll_progress(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.fork.poll_progress(self.slot, self.queue, cx)
    }

    pub(super) fn size_hint(&self) -> (usize, Option<usize>) {
        self.fork.size_hint(self.queue)
    }

    pub(super) fn is_terminated(&self) -> bool {
        self.fork.is_terminated(self.queue)
    }
}

impl<S, R, T> Branch<S, R, T> {
    pub(super) fn dropped(&self) -> u64 {
        self.fork.dropped()
    }
}

impl<S, R, T> Drop for Branch<S, R, T> {
    fn drop(&mut self) {
        let left = self.fork.leave(self.slot, self.queue);
        self.fork.lose(left.len());
    }
}

impl<S, R, T> fmt::Debug for Branch<S, R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch")
            .field("number", &self.slot)
            .field("held", &self.fork.queued(self.queue))
            .finish_non_exhaustive()
    }
}

/// Makes a stream of a struct with a field `branch`.
macro_rules! stream_of_branch {
    (
        impl<$($param:ident),+> for $name:ident<$($arg:ident),+>
        emits $item:ty, $emit:expr;
        where $($bounds:tt)+
    ) => {
        impl<$($param),+> futures_core::Stream for $name<$($arg),+>
        where
            $($bounds)+
        {
            type Item = $item;

            fn poll_next(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<$item>> {
                self.branch.poll_next(cx).map(|item| item.and_then($emit))
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.branch.size_hint()
            }
        }

        impl<$($param),+> futures_core::stream::FusedStream for $name<$($arg),+>
        where
            $($bounds)+
        {
            fn is_terminated(&self) -> bool {
                self.branch.is_terminated()
            }
        }

        impl<$($param),+> crate::Progress for $name<$($arg),+>
        where
            $($bounds)+
        {
            fn poll_progress(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<()> {
                self.branch.poll_progress(cx)
            }
        }

        impl<$($param),+> std::fmt::Debug for $name<$($arg),+>
        where
            $($bounds)+
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("branch", &self.branch)
                    .finish()
            }
        }
    };
}

pub(super) use stream_of_branch;
