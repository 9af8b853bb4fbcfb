use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use backon::BackoffBuilder;
use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;

use super::attempts::Attempts;
use super::{GaveUp, RetryPolicy};
use crate::{Flow, Progress};

/// Stream for [`Flow::retry_item_unordered`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct RetryItemUnordered<S: Progress, F, Fut, B: BackoffBuilder, U, E> {
    #[pin]
    input: S,
    f: F,
    attempts: Attempts<S::Item, U, E, Fut, B>,
}

impl<S: Progress> Flow<S> {
    /// Emits the result of an async call for each item as it comes, with retries.
    ///
    /// Like [`retry_item`](Flow::retry_item), but an item that waits for its next
    /// attempt holds up no other.
    ///
    /// # Backpressure
    ///
    /// At most `max_in_flight` calls are under way. A delay holds no place among
    /// them: while an item waits for its next attempt, others are called. At most as
    /// many items again wait, for an attempt or to be emitted, or as many as
    /// [`RetryPolicy::max_waiting`] says. While the output is blocked,
    /// [`poll_progress`](Progress::poll_progress) starts calls up to these bounds,
    /// drives them, and starts them again when their delays have passed.
    ///
    /// # Cancellation
    ///
    /// Dropping the output drops the calls under way, the items that wait, and the
    /// results not yet emitted.
    ///
    /// # Errors
    ///
    /// An item whose call is not made again gives an `Err` with the last error, the
    /// number of attempts and the reason: [`GaveUp`]. The others go on; put
    /// [`until_err`](Flow::until_err) after it to end there.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `max_in_flight` is zero. A panic of `f` or of a
    /// future passes through to the caller of the poll; the output has then ended.
    /// A delay needs a tokio runtime with the timer enabled; polling outside of one
    /// panics.
    ///
    /// # Units
    ///
    /// Delays are measured on tokio's clock, to its resolution of one millisecond.
    /// A delay past the end of the clock never runs out.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use backon::ConstantBuilder;
    /// use futures::stream;
    /// use millpond_operators::errors::RetryPolicy;
    /// use millpond_operators::flow;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let mut attempts = 0;
    /// let delays = ConstantBuilder::default().with_delay(Duration::from_millis(50));
    /// let results: Vec<_> = flow(stream::iter(["a", "b"]))
    ///     .retry_item_unordered(1, RetryPolicy::new(delays), |item| {
    ///         attempts += 1;
    ///         let (item, attempt) = (*item, attempts);
    ///         async move { if attempt == 1 { Err("timed out") } else { Ok((item, attempt)) } }
    ///     })
    ///     .collect()
    ///     .await;
    ///
    /// assert_eq!(results, [Ok(("b", 2)), Ok(("a", 3))]);
    /// # }
    /// ```
    #[track_caller]
    pub fn retry_item_unordered<F, Fut, B, U, E>(
        self,
        max_in_flight: usize,
        policy: RetryPolicy<B, E>,
        f: F,
    ) -> Flow<RetryItemUnordered<S, F, Fut, B, U, E>>
    where
        F: FnMut(&S::Item) -> Fut,
        Fut: Future<Output = Result<U, E>>,
        B: BackoffBuilder + Clone,
    {
        assert!(
            max_in_flight > 0,
            "`retry_item_unordered` with 0 calls in flight would never emit; give at least 1"
        );
        Flow::native(RetryItemUnordered {
            input: self.into_stream(),
            f,
            attempts: Attempts::new(policy, max_in_flight, false),
        })
    }
}

impl<S, F, Fut, B, U, E> Stream for RetryItemUnordered<S, F, Fut, B, U, E>
where
    S: Progress,
    F: FnMut(&S::Item) -> Fut,
    Fut: Future<Output = Result<U, E>>,
    B: BackoffBuilder + Clone,
{
    type Item = Result<U, GaveUp<E>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        this.attempts.poll_next(this.input, this.f, cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.attempts.size_hint(self.input.size_hint())
    }
}

impl<S, F, Fut, B, U, E> FusedStream for RetryItemUnordered<S, F, Fut, B, U, E>
where
    S: Progress,
    F: FnMut(&S::Item) -> Fut,
    Fut: Future<Output = Result<U, E>>,
    B: BackoffBuilder + Clone,
{
    fn is_terminated(&self) -> bool {
        self.attempts.is_terminated()
    }
}

impl<S, F, Fut, B, U, E> Progress for RetryItemUnordered<S, F, Fut, B, U, E>
where
    S: Progress,
    F: FnMut(&S::Item) -> Fut,
    Fut: Future<Output = Result<U, E>>,
    B: BackoffBuilder + Clone,
{
    fn poll_progress(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        this.attempts.poll_progress(this.input, this.f, cx)
    }
}

impl<S, F, Fut, B, U, E> fmt::Debug for RetryItemUnordered<S, F, Fut, B, U, E>
where
    S: Progress + fmt::Debug,
    B: BackoffBuilder,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryItemUnordered")
            .field("input", &self.input)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
