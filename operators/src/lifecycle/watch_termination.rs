use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use futures_util::task::AtomicWaker;
use pin_project::pin_project;

use super::Cause;
use super::watched::{Finalize, Watched};
use crate::{Flow, Progress};

/// Stream for [`Flow::watch_termination`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct WatchTermination<S> {
    #[pin]
    watched: Watched<S, Report>,
    shared: Arc<Shared>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item, and gives a handle that tells how many, and how it ended.
    ///
    /// The handle is a future that is done when the output has ended, was
    /// dropped or has panicked; until then it counts the items emitted. It may
    /// be dropped at any time, or be moved to another task.
    ///
    /// # Panics
    ///
    /// When a poll of the input panics, the input is dropped, and the output
    /// has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::lifecycle::{Cause, Terminated};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (mut items, termination) = flow(stream::iter(["a", "b"])).watch_termination();
    ///
    /// assert_eq!(items.next().await, Some("a"));
    /// assert_eq!(termination.items(), 1);
    /// drop(items);
    /// let cancelled = Terminated { cause: Cause::Cancel, items: 1 };
    /// assert_eq!(termination.await, cancelled);
    /// # }
    /// ```
    pub fn watch_termination(self) -> (Flow<WatchTermination<S>>, Termination) {
        let shared = Arc::<Shared>::default();
        let termination = Termination {
            shared: Arc::clone(&shared),
        };
        let report = Report(Arc::clone(&shared));
        let watched = Watched::new(self.into_stream(), report);
        (
            Flow::native(WatchTermination { watched, shared }),
            termination,
        )
    }
}

/// Future for [`Flow::watch_termination`].
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Termination {
    shared: Arc<Shared>,
}

impl Termination {
    /// How many items were emitted so far.
    pub fn items(&self) -> u64 {
        self.shared.items.load(Ordering::Relaxed)
    }

    /// How it ended, if it has.
    pub fn cause(&self) -> Option<Cause> {
        self.shared.cause.get().copied()
    }
}

/// What [`Termination`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "it tells whether the stream came to its end"]
pub struct Terminated {
    /// How it ended.
    pub cause: Cause,
    /// How many items were emitted.
    pub items: u64,
}

impl Future for Termination {
    type Output = Terminated;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Terminated> {
        self.shared.watcher.register(cx.waker());
        match self.cause() {
            Some(cause) => Poll::Ready(Terminated {
                cause,
                items: self.items(),
            }),
            None => Poll::Pending,
        }
    }
}

#[derive(Debug, Default)]
struct Shared {
    items: AtomicU64,
    cause: OnceLock<Cause>,
    watcher: AtomicWaker,
}

struct Report(Arc<Shared>);

impl Finalize for Report {
    fn finalize(self, cause: Cause) {
        self.0.cause.get_or_init(|| cause);
        self.0.watcher.wake();
    }
}

impl<S: Progress> Stream for WatchTermination<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let polled = this.watched.poll_next(cx);
        if let Poll::Ready(Some(_)) = polled {
            this.shared.items.fetch_add(1, Ordering::Relaxed);
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.watched.size_hint()
    }
}

impl<S: Progress> FusedStream for WatchTermination<S> {
    fn is_terminated(&self) -> bool {
        self.watched.input.is_none()
    }
}

impl<S: Progress> Progress for WatchTermination<S> {
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.project().watched.poll_progress(cx)
    }
}

impl<S: fmt::Debug> fmt::Debug for WatchTermination<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchTermination")
            .field("input", &self.watched.input)
            .finish_non_exhaustive()
    }
}
