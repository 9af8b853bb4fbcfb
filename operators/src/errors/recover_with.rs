use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Stream for [`Flow::recover_with`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct RecoverWith<S, R, F> {
    // Gone once it has failed or ended.
    #[pin]
    input: Option<S>,
    // What stands in for the input then.
    #[pin]
    other: Option<R>,
    // How often it may still be replaced.
    remaining: usize,
    f: F,
}

impl<S, T, E> Flow<S>
where
    S: Progress<Item = Result<T, E>>,
{
    /// Goes on with another stream, made of the `Err`, where one fails.
    ///
    /// The `Err` itself is not emitted. The other stream may fail too, and is
    /// replaced in turn, `max_attempts` times in all. An `Err` after that is
    /// emitted.
    ///
    /// The other stream starts at once. To wait before it,
    /// [`restart_with_backoff`](crate::errors::restart_with_backoff) takes a
    /// policy.
    ///
    /// # Completion
    ///
    /// Ends when the stream in place ends, or with the `Err` that is emitted.
    /// A stream that has failed is dropped before `f` is called.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_attempts` is zero. A panic of `f` passes
    /// through to the caller of the poll; the output has then ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let results: Vec<_> = flow(stream::iter([Ok(1), Err("first"), Ok(2)]))
    ///     .recover_with(1, |_error| flow(stream::iter([Ok(10), Err("second"), Ok(20)])))
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(1), Ok(10), Err("second")]);
    /// # }
    /// ```
    #[track_caller]
    pub fn recover_with<R, F>(self, max_attempts: usize, f: F) -> Flow<RecoverWith<S, R, F>>
    where
        R: Progress<Item = Result<T, E>>,
        F: FnMut(E) -> Flow<R>,
    {
        assert!(
            max_attempts > 0,
            "`recover_with` of 0 attempts would replace nothing; use `until_err`, or give at least 1"
        );
        Flow::native(RecoverWith {
            input: Some(self.into_stream()),
            other: None,
            remaining: max_attempts,
            f,
        })
    }
}

impl<S, R, T, E, F> Stream for RecoverWith<S, R, F>
where
    S: Progress<Item = Result<T, E>>,
    R: Progress<Item = Result<T, E>>,
    F: FnMut(E) -> Flow<R>,
{
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        for _ in 0..UNITS_PER_POLL {
            let item = if let Some(input) = this.input.as_mut().as_pin_mut() {
                ready!(input.poll_next(cx))
            } else if let Some(other) = this.other.as_mut().as_pin_mut() {
                ready!(other.poll_next(cx))
            } else {
                return Poll::Ready(None);
            };
            if let Some(Ok(_)) = item {
                return Poll::Ready(item);
            }
            this.input.set(None);
            this.other.set(None);
            match item {
                Some(Err(error)) if *this.remaining > 0 => {
                    *this.remaining -= 1;
                    let other = (this.f)(error).into_stream();
                    this.other.set(Some(other));
                }
                last_or_end => return Poll::Ready(last_or_end),
            }
        }
        // As many streams have failed at once.
        let _moving = this.other.as_pin_mut().map(|other| other.poll_progress(cx));
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let hint = self.input.as_ref().map(Stream::size_hint);
        let hint = hint.or_else(|| self.other.as_ref().map(Stream::size_hint));
        match hint.unwrap_or((0, Some(0))) {
            (_, Some(0)) => (0, Some(0)),
            (lower, upper) if self.remaining == 0 => (lower.min(1), upper),
            // What replaces it may be of any length.
            _ => (0, None),
        }
    }
}

impl<S, R, T, E, F> FusedStream for RecoverWith<S, R, F>
where
    S: Progress<Item = Result<T, E>>,
    R: Progress<Item = Result<T, E>>,
    F: FnMut(E) -> Flow<R>,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none() && self.other.is_none()
    }
}

impl<S, R, T, E, F> Progress for RecoverWith<S, R, F>
where
    S: Progress<Item = Result<T, E>>,
    R: Progress<Item = Result<T, E>>,
    F: FnMut(E) -> Flow<R>,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        if let Some(input) = this.input.as_pin_mut() {
            input.poll_progress(cx)
        } else if let Some(other) = this.other.as_pin_mut() {
            other.poll_progress(cx)
        } else {
            Poll::Ready(())
        }
    }
}

impl<S: fmt::Debug, R: fmt::Debug, F> fmt::Debug for RecoverWith<S, R, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoverWith")
            .field("input", &self.input)
            .field("other", &self.other)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}
