use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::JoinHandle;

/// The result of a tokio task, which is aborted when this is dropped.
pub(super) struct Task<T> {
    handle: JoinHandle<T>,
}

impl<T: Send + 'static> Task<T> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the task belongs to its operator, which aborts it on drop"
    )]
    pub(super) fn spawn(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self {
            handle: tokio::spawn(future),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the call belongs to its operator, which cancels it on drop unless it has begun"
    )]
    pub(super) fn spawn_blocking(call: impl FnOnce() -> T + Send + 'static) -> Self {
        Self {
            handle: tokio::task::spawn_blocking(call),
        }
    }
}

impl<T> Future for Task<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        match ready!(Pin::new(&mut self.handle).poll(cx)) {
            Ok(result) => Poll::Ready(result),
            Err(error) => {
                assert!(
                    error.is_panic(),
                    "the runtime shut down while a task of an operator was under way"
                );
                resume_unwind(error.into_panic())
            }
        }
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.handle.abort();
    }
}
