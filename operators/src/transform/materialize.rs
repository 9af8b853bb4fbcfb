use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// What a stream of results does, as data. See [`Flow::materialize`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event<T, E> {
    /// It gives an `Ok`.
    Next(T),
    /// It gives an `Err`.
    Err(E),
    /// It ends.
    End,
}

/// Stream for [`Flow::materialize`].
#[pin_project]
#[derive(Clone, Debug)]
#[must_use = "streams do nothing unless polled"]
pub struct Materialize<S> {
    #[pin]
    input: S,
    done: bool,
}

impl<S: Progress> Flow<S> {
    /// Emits every result as an [`Event`], and the end as a last one.
    ///
    /// The end can then travel where only items do, through a buffer or to
    /// another process. [`dematerialize`](Flow::dematerialize) turns the events
    /// back: the two together change nothing.
    ///
    /// # Completion
    ///
    /// When the input ends, [`Event::End`] is emitted; then the output ends.
    ///
    /// # Errors
    ///
    /// An `Err` is an event like any other, and need not be the last before the
    /// end.
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
    /// let events: Vec<_> = flow(stream::iter(["1", "x"]))
    ///     .map(str::parse::<u8>)
    ///     .map(|result| result.map_err(drop))
    ///     .materialize()
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(events, [Event::Next(1), Event::Err(()), Event::End]);
    /// # }
    /// ```
    pub fn materialize<T, E>(self) -> Flow<Materialize<S>>
    where
        S: Progress<Item = Result<T, E>>,
    {
        Flow::native(Materialize {
            input: self.into_stream(),
            done: false,
        })
    }
}

impl<S, T, E> Stream for Materialize<S>
where
    S: Progress<Item = Result<T, E>>,
{
    type Item = Event<T, E>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event<T, E>>> {
        let this = self.project();
        if *this.done {
            return Poll::Ready(None);
        }
        let event = match ready!(this.input.poll_next(cx)) {
            Some(Ok(item)) => Event::Next(item),
            Some(Err(error)) => Event::Err(error),
            None => Event::End,
        };
        *this.done = matches!(event, Event::End);
        Poll::Ready(Some(event))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.done {
            return (0, Some(0));
        }
        let (lower, upper) = self.input.size_hint();
        let upper = upper.and_then(|upper| upper.checked_add(1));
        (lower.saturating_add(1), upper)
    }
}

impl<S, T, E> FusedStream for Materialize<S>
where
    S: Progress<Item = Result<T, E>>,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<S, T, E> Progress for Materialize<S>
where
    S: Progress<Item = Result<T, E>>,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.done {
            return Poll::Ready(());
        }
        self.project().input.poll_progress(cx)
    }
}
