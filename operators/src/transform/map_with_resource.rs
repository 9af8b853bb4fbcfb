use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::map_with_resource`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MapWithResource<S, O, F, C, A>
where
    C: FnOnce(A),
{
    // Gone after its end, or after a panic of a closure. Dropped before the
    // resource is closed.
    #[pin]
    input: Option<S>,
    f: F,
    // Gone with the first poll.
    unopened: Option<(O, C)>,
    resource: Option<Resource<A, C>>,
}

impl<S: Progress> Flow<S> {
    /// Emits what `f` makes of each item and of a resource that is open
    /// meanwhile.
    ///
    /// The resource is what `open` gives at the first poll for an item, before
    /// the input is polled. `close` gets it back exactly once: at the end of the
    /// input, when `f` panics, or when the output is dropped. Where nothing is
    /// ever asked for, nothing is opened or closed.
    ///
    /// # Completion
    ///
    /// When the input ends, it is dropped, the resource is closed, and the output
    /// ends.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the input and closes the resource.
    ///
    /// # Panics
    ///
    /// A panic of `f` closes the resource and ends the output; one of `open` ends
    /// it with nothing to close.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::RefCell;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let log = RefCell::new(vec!["start"]);
    /// let lengths: Vec<_> = flow(stream::iter(["a", "bc"]))
    ///     .map_with_resource(
    ///         || String::from("file: "),
    ///         |file, line| {
    ///             file.push_str(line);
    ///             file.len()
    ///         },
    ///         |file| {
    ///             assert_eq!(file, "file: abc");
    ///             log.borrow_mut().push("closed");
    ///         },
    ///     )
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(lengths, [7, 9]);
    /// assert_eq!(log.into_inner(), ["start", "closed"]);
    /// # }
    /// ```
    pub fn map_with_resource<A, T, O, F, C>(
        self,
        open: O,
        f: F,
        close: C,
    ) -> Flow<MapWithResource<S, O, F, C, A>>
    where
        O: FnOnce() -> A,
        F: FnMut(&mut A, S::Item) -> T,
        C: FnOnce(A),
    {
        Flow::native(MapWithResource {
            input: Some(self.into_stream()),
            f,
            unopened: Some((open, close)),
            resource: None,
        })
    }
}

impl<S, T, O, F, C, A> Stream for MapWithResource<S, O, F, C, A>
where
    S: Progress,
    O: FnOnce() -> A,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnOnce(A),
{
    type Item = T;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut this = self.project();
        if let Some((open, close)) = this.unopened.take() {
            *this.resource = Some(Resource(Some((open(), close))));
        }
        if this.resource.is_some()
            && let Some(input) = this.input.as_mut().as_pin_mut()
        {
            let Some(item) = ready!(input.poll_next(cx)) else {
                this.input.set(None);
                drop(this.resource.take());
                return Poll::Ready(None);
            };
            // Out of its place until `f` is done: a panic closes it.
            if let Some(mut resource) = this.resource.take() {
                let made = resource.lend(|resource| (this.f)(resource, item));
                *this.resource = Some(resource);
                return Poll::Ready(made);
            }
        }
        this.input.set(None);
        Poll::Ready(None)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.is_terminated() {
            return (0, Some(0));
        }
        self.input.as_ref().map_or((0, Some(0)), S::size_hint)
    }
}

impl<S, T, O, F, C, A> FusedStream for MapWithResource<S, O, F, C, A>
where
    S: Progress,
    O: FnOnce() -> A,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnOnce(A),
{
    fn is_terminated(&self) -> bool {
        self.unopened.is_none() && self.resource.is_none()
    }
}

impl<S, T, O, F, C, A> Progress for MapWithResource<S, O, F, C, A>
where
    S: Progress,
    O: FnOnce() -> A,
    F: FnMut(&mut A, S::Item) -> T,
    C: FnOnce(A),
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S, O, F, C, A> fmt::Debug for MapWithResource<S, O, F, C, A>
where
    S: fmt::Debug,
    C: FnOnce(A),
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapWithResource")
            .field("input", &self.input)
            .field("open", &self.resource.is_some())
            .finish_non_exhaustive()
    }
}

/// Closes what is in it when it is dropped.
struct Resource<A, C: FnOnce(A)>(Option<(A, C)>);

impl<A, C: FnOnce(A)> Resource<A, C> {
    fn lend<T>(&mut self, f: impl FnOnce(&mut A) -> T) -> Option<T> {
        self.0.as_mut().map(|(resource, _)| f(resource))
    }
}

impl<A, C: FnOnce(A)> Drop for Resource<A, C> {
    fn drop(&mut self) {
        if let Some((resource, close)) = self.0.take() {
            close(resource);
        }
    }
}
