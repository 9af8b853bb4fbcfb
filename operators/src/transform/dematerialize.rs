use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::Event;
use crate::{Flow, Progress};

/// Stream for [`Flow::dematerialize`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Dematerialize<S> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
}

impl<S: Progress> Flow<S> {
    /// Emits the results that the events of a stream tell of.
    ///
    /// It turns back what [`materialize`](Flow::materialize) has made.
    ///
    /// # Completion
    ///
    /// Ends at [`Event::End`]; the input is dropped then. An input that ends
    /// sooner ends the output.
    ///
    /// # Errors
    ///
    /// [`Event::Err`] is emitted as an `Err`, and the output goes on.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    /// use millpond_operators::transform::Event;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let events = [Event::Next(1), Event::Err("no"), Event::Next(2), Event::End];
    /// let results: Vec<_> = flow(stream::iter(events)).dematerialize().collect().await;
    ///
    /// assert_eq!(results, [Ok(1), Err("no"), Ok(2)]);
    /// # }
    /// ```
    pub fn dematerialize<T, E>(self) -> Flow<Dematerialize<S>>
    where
        S: Progress<Item = Event<T, E>>,
    {
        Flow::native(Dematerialize {
            input: Some(self.into_stream()),
        })
    }
}

impl<S, T, E> Stream for Dematerialize<S>
where
    S: Progress<Item = Event<T, E>>,
{
    type Item = Result<T, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let result = match ready!(input.poll_next(cx)) {
            Some(Event::Next(item)) => Some(Ok(item)),
            Some(Event::Err(error)) => Some(Err(error)),
            Some(Event::End) | None => None,
        };
        if result.is_none() {
            this.input.set(None);
        }
        Poll::Ready(result)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let upper = self.input.as_ref().map_or(Some(0), |s| s.size_hint().1);
        (0, upper)
    }
}

impl<S, T, E> FusedStream for Dematerialize<S>
where
    S: Progress<Item = Event<T, E>>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S, T, E> Progress for Dematerialize<S>
where
    S: Progress<Item = Event<T, E>>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}
