use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use crate::{Flow, Progress};

/// Stream for [`Flow::limit_weighted`].
#[pin_project]
#[derive(Clone)]
#[must_use = "streams do nothing unless polled"]
pub struct LimitWeighted<S, F> {
    // Gone once nothing more is wanted from it.
    #[pin]
    input: Option<S>,
    cost: F,
    max_weight: usize,
    // What of `max_weight` is left.
    remaining: usize,
}

impl<S: Progress> Flow<S> {
    /// Emits the items while their costs add up to `max_weight` at most, and an
    /// error at the first one past that.
    ///
    /// What cannot be had in full is thereby told from what was cut short, as by
    /// [`take`](Flow::take). `cost` is called once for each item. Items that cost
    /// nothing are always let through.
    ///
    /// # Completion
    ///
    /// Ends with the error; the input, and the item that costs too much, are
    /// dropped before it is handed out. An input that ends sooner ends the
    /// output.
    ///
    /// # Errors
    ///
    /// One [`LimitExceeded`], as the last item. A `Result` from the input is an
    /// item like any other.
    ///
    /// # Units
    ///
    /// `max_weight` is in the unit of `cost`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::stream;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let body = stream::iter(["four", "five5", "six"]);
    /// let read: Vec<_> = flow(body).limit_weighted(10, |part| part.len()).collect().await;
    ///
    /// assert_eq!(read[..2], [Ok("four"), Ok("five5")]);
    /// assert_eq!(read[2].unwrap_err().max(), 10);
    /// # }
    /// ```
    pub fn limit_weighted<F>(self, max_weight: usize, cost: F) -> Flow<LimitWeighted<S, F>>
    where
        F: FnMut(&S::Item) -> usize,
    {
        Flow::native(LimitWeighted {
            input: Some(self.into_stream()),
            cost,
            max_weight,
            remaining: max_weight,
        })
    }
}

impl<S, F> Stream for LimitWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    type Item = Result<S::Item, LimitExceeded>;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let Some(item) = ready!(input.poll_next(cx)) else {
            this.input.set(None);
            return Poll::Ready(None);
        };
        let remaining = this.remaining.checked_sub((this.cost)(&item));
        if let Some(remaining) = remaining {
            *this.remaining = remaining;
            return Poll::Ready(Some(Ok(item)));
        }
        this.input.set(None);
        Poll::Ready(Some(Err(LimitExceeded::new(*this.max_weight))))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let Some(input) = &self.input else {
            return (0, Some(0));
        };
        // The next item may be the error that ends it.
        let (lower, upper) = input.size_hint();
        (lower.min(1), upper)
    }
}

impl<S, F> FusedStream for LimitWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    fn is_terminated(&self) -> bool {
        self.input.is_none()
    }
}

impl<S, F> Progress for LimitWeighted<S, F>
where
    S: Progress,
    F: FnMut(&S::Item) -> usize,
{
    #[inline]
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<S: fmt::Debug, F> fmt::Debug for LimitWeighted<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitWeighted")
            .field("input", &self.input)
            .field("max_weight", &self.max_weight)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}

/// A stream has more than it may have.
///
/// Given by [`limit`](Flow::limit), [`limit_weighted`](Flow::limit_weighted) and
/// [`expand_recursive`](Flow::expand_recursive).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "it says that something was left out"]
pub struct LimitExceeded {
    max: usize,
}

impl LimitExceeded {
    pub(crate) fn new(max: usize) -> Self {
        Self { max }
    }

    /// The limit, in the unit in which it was given.
    pub fn max(&self) -> usize {
        self.max
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the stream has more than its limit of {}", self.max)
    }
}

impl Error for LimitExceeded {}
