use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tower_service::Service;

use super::engine::Engine;
use super::queue::Ordered;
use crate::{Flow, Progress};

/// Stream for [`Flow::map_service`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct MapService<S, C>
where
    S: Progress,
    C: Service<S::Item>,
{
    #[pin]
    calls: Calls<S, C>,
    engine: Engine<Ordered<Call<C::Future, C::Error>>>,
}

impl<S: Progress> Flow<S> {
    /// Emits the response of a [`tower`](https://docs.rs/tower) service to each item, in order.
    ///
    /// Up to `max_in_flight` calls are under way at once. The service is asked
    /// whether it is ready once there is an item to call it with; until it is,
    /// that item waits and no other is taken, so a limit in the service holds
    /// the input back. Without an item nothing is reserved: clones of a service
    /// that share a limit can be used by several operators, also by one behind
    /// the other.
    ///
    /// # Completion
    ///
    /// When the input ends, the service is dropped; the output ends when all
    /// responses have been emitted.
    ///
    /// # Backpressure
    ///
    /// At most `max_in_flight` items are inside: the one that waits for the
    /// service, calls under way and responses that wait for their turn
    /// together. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) admits up to that number,
    /// asks whether the service is ready, and drives the calls to their ends.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the service, and with it its place in line for
    /// capacity, the item that waits for it, the calls under way and the
    /// responses that wait.
    ///
    /// # Errors
    ///
    /// A call that fails gives an `Err`; those behind it run on. A service that
    /// fails to become ready takes no more calls: the input, the service and
    /// the item that waited for it are dropped, and that error is the last item.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_in_flight` is zero. A panic of the
    /// service or of a call passes through to the caller of the poll; the
    /// output has then ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use tower::limit::ConcurrencyLimit;
    /// use tower::service_fn;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let length = service_fn(async |text: &str| Ok::<_, Infallible>(text.len()));
    /// let lengths: Vec<_> = flow(stream::iter(["a", "bcd", "ef"]))
    ///     .map_service(8, ConcurrencyLimit::new(length, 2))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(lengths, [Ok(1), Ok(3), Ok(2)]);
    /// # }
    /// ```
    #[track_caller]
    pub fn map_service<C>(self, max_in_flight: usize, service: C) -> Flow<MapService<S, C>>
    where
        C: Service<S::Item>,
    {
        assert!(
            max_in_flight > 0,
            "`map_service` with 0 calls in flight would never emit; give at least 1"
        );
        Flow::native(MapService {
            calls: Calls {
                input: Some(self.into_stream()),
                service: Some(service),
                waiting: None,
            },
            engine: Engine::new(max_in_flight, Ordered::default()),
        })
    }
}

impl<S, C> Stream for MapService<S, C>
where
    S: Progress,
    C: Service<S::Item>,
{
    type Item = Result<C::Response, C::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.engine.poll_next(this.calls, |call| call, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.engine.size_hint(self.calls.size_hint())
    }
}

impl<S, C> FusedStream for MapService<S, C>
where
    S: Progress,
    C: Service<S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.engine.is_terminated()
    }
}

impl<S, C> Progress for MapService<S, C>
where
    S: Progress,
    C: Service<S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.engine.poll_progress(this.calls, |call| call, cx)
    }
}

impl<S, C> fmt::Debug for MapService<S, C>
where
    S: Progress + fmt::Debug,
    C: Service<S::Item>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapService")
            .field("input", &self.calls.input)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// The calls that the service makes of the items, begun when it is ready.
#[pin_project]
struct Calls<S: Progress, C> {
    // Both are dropped when nothing more is to be called.
    #[pin]
    input: Option<S>,
    service: Option<C>,
    // The item that the service is to be called with once it is ready.
    waiting: Option<S::Item>,
}

impl<S, C> Stream for Calls<S, C>
where
    S: Progress,
    C: Service<S::Item>,
{
    type Item = Call<C::Future, C::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let (Some(mut input), Some(service)) =
            (this.input.as_mut().as_pin_mut(), &mut *this.service)
        else {
            return Poll::Ready(None);
        };
        // An item first: capacity reserved for none may be what the input
        // waits for.
        let item = match this.waiting.take() {
            Some(item) => Some(item),
            None => ready!(input.as_mut().poll_next(cx)),
        };
        let last = match item {
            Some(item) => match service.poll_ready(cx) {
                Poll::Ready(Ok(())) => return Poll::Ready(Some(Call::Begun(service.call(item)))),
                Poll::Ready(Err(error)) => Some(Call::Failed(Some(error))),
                Poll::Pending => {
                    *this.waiting = Some(item);
                    let _moving = input.poll_progress(cx);
                    return Poll::Pending;
                }
            },
            None => None,
        };
        this.input.set(None);
        *this.service = None;
        Poll::Ready(last)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            return (0, Some(0));
        };
        let waiting = usize::from(self.waiting.is_some());
        let (lower, upper) = input.size_hint();
        // The service may fail to become ready for the first of them.
        let lower = lower.saturating_add(waiting).min(1);
        (lower, upper.and_then(|upper| upper.checked_add(waiting)))
    }
}

impl<S, C> Progress for Calls<S, C>
where
    S: Progress,
    C: Service<S::Item>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

/// A call under way, or the error of a service that did not become ready.
#[pin_project(project = CallProj)]
enum Call<Fut, E> {
    Begun(#[pin] Fut),
    Failed(Option<E>),
}

impl<R, E, Fut: Future<Output = Result<R, E>>> Future for Call<Fut, E> {
    type Output = Result<R, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            CallProj::Begun(future) => future.poll(cx),
            CallProj::Failed(error) => match error.take() {
                Some(error) => Poll::Ready(Err(error)),
                None => Poll::Pending,
            },
        }
    }
}
