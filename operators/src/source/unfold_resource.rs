use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::{Flow, Progress};

/// Emits what `read` gives from a resource, which is closed exactly once.
///
/// `open` is called at the first poll, `read` once for each item, and `close`
/// when `read` has given `None`, when it has panicked, or when the flow is
/// dropped before. A resource that was never opened is not closed.
///
/// All three run on the polling thread; they are for resources that do not
/// block for long. For a resource that is read with futures use
/// [`unfold`](super::unfold()).
///
/// # Completion
///
/// Ends when `read` gives `None`, and after a panic of one of the three.
///
/// # Panics
///
/// A panic of one of the three passes through to the caller of the poll, or of
/// the drop. A panic of `close` that follows one of `read`, or comes while the
/// thread unwinds already, is dropped: the first one passes through.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
///
/// use millpond_operators::source;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let closed = Cell::new(0);
/// let digits = source::unfold_resource(
///     || "2026".chars(),
///     |text| text.next(),
///     |_text| closed.set(closed.get() + 1),
/// );
/// let digits: Vec<_> = digits.take(3).collect().await;
///
/// assert_eq!((digits, closed.get()), (vec!['2', '0', '2'], 1));
/// # }
/// ```
pub fn unfold_resource<T, R, O, F, C>(
    open: O,
    read: F,
    close: C,
) -> Flow<UnfoldResource<R, O, F, C>>
where
    O: FnOnce() -> R,
    F: FnMut(&mut R) -> Option<T>,
    C: FnOnce(R),
{
    Flow::native(UnfoldResource {
        open: Some(open),
        read,
        held: Held {
            resource: None,
            close: Some(close),
        },
    })
}

/// Stream for [`unfold_resource`].
#[must_use = "streams do nothing unless polled"]
pub struct UnfoldResource<R, O, F, C: FnOnce(R)> {
    // Gone when it has been called.
    open: Option<O>,
    read: F,
    held: Held<R, C>,
}

// The resource and the closures are never pinned.
impl<R, O, F, C: FnOnce(R)> Unpin for UnfoldResource<R, O, F, C> {}

/// Closes the resource once, at the latest when it is dropped.
struct Held<R, C: FnOnce(R)> {
    resource: Option<R>,
    close: Option<C>,
}

impl<R, C: FnOnce(R)> Held<R, C> {
    fn close(&mut self) {
        if let (Some(resource), Some(close)) = (self.resource.take(), self.close.take()) {
            close(resource);
        }
    }
}

impl<R, C: FnOnce(R)> Drop for Held<R, C> {
    fn drop(&mut self) {
        if thread::panicking() {
            // A second panic would abort.
            drop(catch_unwind(AssertUnwindSafe(|| self.close())));
        } else {
            self.close();
        }
    }
}

impl<T, R, O, F, C> Stream for UnfoldResource<R, O, F, C>
where
    O: FnOnce() -> R,
    F: FnMut(&mut R) -> Option<T>,
    C: FnOnce(R),
{
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        let this = &mut *self;
        if let Some(open) = this.open.take() {
            this.held.resource = Some(open());
        }
        let Some(resource) = &mut this.held.resource else {
            return Poll::Ready(None);
        };
        // After a panic the resource is only closed, and `read` not called again.
        let item = match catch_unwind(AssertUnwindSafe(|| (this.read)(resource))) {
            Ok(item) => item,
            Err(panic) => {
                drop(catch_unwind(AssertUnwindSafe(|| this.held.close())));
                resume_unwind(panic);
            }
        };
        if item.is_none() {
            this.held.close();
        }
        Poll::Ready(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let done = self.open.is_none() && self.held.resource.is_none();
        (0, done.then_some(0))
    }
}

impl<T, R, O, F, C> FusedStream for UnfoldResource<R, O, F, C>
where
    O: FnOnce() -> R,
    F: FnMut(&mut R) -> Option<T>,
    C: FnOnce(R),
{
    fn is_terminated(&self) -> bool {
        self.open.is_none() && self.held.resource.is_none()
    }
}

impl<T, R, O, F, C> Progress for UnfoldResource<R, O, F, C>
where
    O: FnOnce() -> R,
    F: FnMut(&mut R) -> Option<T>,
    C: FnOnce(R),
{
    fn poll_progress(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

impl<R, O, F, C: FnOnce(R)> fmt::Debug for UnfoldResource<R, O, F, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnfoldResource")
            .field("open", &self.held.resource.is_some())
            .finish_non_exhaustive()
    }
}
