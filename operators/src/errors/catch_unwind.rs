use std::any::Any;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::catch_unwind`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct CatchUnwind<S> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    // What `poll_progress` has caught. Never locked: the mutex is there for
    // `Sync`, which the payload alone would take away.
    caught: Mutex<Option<Box<dyn Any + Send>>>,
}

impl<S: Progress> Flow<S> {
    /// Emits every item as an `Ok`, and a panic of the input as a last `Err`.
    ///
    /// The `Err` holds the payload of the panic. The panic hook runs as ever;
    /// with `panic = "abort"` nothing can be caught.
    ///
    /// # Completion
    ///
    /// Ends with the `Err` of the first panic, or when the input ends. The
    /// input is dropped before that `Err` is handed out and never polled again,
    /// so it need not be `UnwindSafe`. What it shares with the outside may have
    /// been left halfway.
    ///
    /// # Backpressure
    ///
    /// A panic that happens while the output is blocked, in
    /// [`poll_progress`](Progress::poll_progress), is emitted by the next poll.
    ///
    /// # Panics
    ///
    /// A panic of the input's own destructor is not caught.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let results: Vec<_> = flow(stream::iter([4, 2, 0, 1]))
    ///     .map(|n| 8 / n)
    ///     .catch_unwind()
    ///     .map_err(|panic| panic.downcast::<&str>().is_ok())
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(2), Ok(4), Err(true)]);
    /// # }
    /// ```
    pub fn catch_unwind(self) -> Flow<CatchUnwind<S>> {
        Flow::native(CatchUnwind {
            input: Some(self.into_stream()),
            caught: Mutex::new(None),
        })
    }
}

impl<S> CatchUnwind<S> {
    fn has_caught(&self) -> bool {
        let caught = self.caught.lock();
        caught.unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl<S: Progress> Stream for CatchUnwind<S> {
    type Item = Result<S::Item, Box<dyn Any + Send>>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            let caught = this.caught.get_mut();
            let caught = caught.unwrap_or_else(PoisonError::into_inner).take();
            return Poll::Ready(caught.map(Err));
        };
        let item = match panic::catch_unwind(AssertUnwindSafe(|| input.poll_next(cx))) {
            Ok(polled) => ready!(polled).map(Ok),
            Err(panic) => Some(Err(panic)),
        };
        if !matches!(item, Some(Ok(_))) {
            this.input.set(None);
        }
        Poll::Ready(item)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            let caught = usize::from(self.has_caught());
            return (caught, Some(caught));
        };
        // The very next item may be the panic, and so may be one more after
        // the last.
        let (lower, upper) = input.size_hint();
        (lower.min(1), upper.and_then(|upper| upper.checked_add(1)))
    }
}

impl<S: Progress> FusedStream for CatchUnwind<S> {
    fn is_terminated(&self) -> bool {
        self.input.is_none() && !self.has_caught()
    }
}

impl<S: Progress> Progress for CatchUnwind<S> {
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(());
        };
        match panic::catch_unwind(AssertUnwindSafe(|| input.poll_progress(cx))) {
            Ok(polled) => polled,
            Err(panic) => {
                let caught = this.caught.get_mut();
                *caught.unwrap_or_else(PoisonError::into_inner) = Some(panic);
                this.input.set(None);
                Poll::Ready(())
            }
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for CatchUnwind<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatchUnwind")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}
