use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use backon::BackoffBuilder;
use futures_core::Stream;
use futures_core::stream::FusedStream;
use pin_project::pin_project;
use tokio::time::{Instant, Sleep, sleep};

use super::RestartPolicy;
use crate::budget::UNITS_PER_POLL;
use crate::{Flow, Progress};

/// Emits the results of a source that is made anew, after a delay, where it fails.
///
/// `factory` makes the source at the first poll, and again after each `Err`,
/// when the next delay of the policy has passed. An `Err` that leads to a
/// restart is not emitted; to see it, use
/// [`inspect_err`](Flow::inspect_err) inside of the factory.
/// [`RestartWithBackoff::restarts`] counts the restarts.
///
/// # Completion
///
/// Ends when the source ends, or with an `Err` after which there is no restart:
/// the policy says so, or its delays are used up. With
/// [`RestartPolicy::at_end`] a source that has ended is made anew too, until
/// the delays are used up. The source is dropped as soon as it has failed or
/// ended, before the delay.
///
/// # Backpressure
///
/// While the output is blocked, [`poll_progress`](Progress::poll_progress)
/// waits for the delay to pass, starts the source, and drives its progress.
///
/// # Cancellation
///
/// Dropping the output drops the source. What a source holds when it fails is
/// lost.
///
/// # Panics
///
/// A panic of `factory`, or of a closure of the policy, passes through to the
/// caller of the poll; the output has then ended. So does a panic of the source,
/// after which the output goes on with what the source gives. A delay needs a tokio runtime with the timer enabled;
/// polling outside of one panics.
///
/// # Units
///
/// Delays are measured on tokio's clock, to its resolution of one millisecond.
/// A delay of zero restarts at once. A source counts as failed from when its
/// `Err` is taken: the delay begins then, and while the output is blocked before
/// that, the source ages towards the [`window`](RestartPolicy::window).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use backon::ConstantBuilder;
/// use futures::stream;
/// use millpond_operators::errors::{RestartPolicy, restart_with_backoff};
/// use millpond_operators::flow;
/// use tokio::time::Instant;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let start = Instant::now();
/// let mut starts = 0;
/// let delays = ConstantBuilder::default().with_delay(Duration::from_millis(50)).with_max_times(2);
/// let results: Vec<_> = restart_with_backoff(RestartPolicy::new(delays), || {
///     starts += 1;
///     flow(stream::iter([Ok(starts), Err("connection lost")]))
/// })
/// .collect()
/// .await;
///
/// assert_eq!(results, [Ok(1), Ok(2), Ok(3), Err("connection lost")]);
/// assert_eq!(start.elapsed(), Duration::from_millis(100));
/// # }
/// ```
pub fn restart_with_backoff<R, T, E, B, F>(
    policy: RestartPolicy<B, E>,
    factory: F,
) -> Flow<RestartWithBackoff<R, E, B, F>>
where
    R: Progress<Item = Result<T, E>>,
    B: BackoffBuilder + Clone,
    F: FnMut() -> Flow<R>,
{
    Flow::native(RestartWithBackoff {
        input: None,
        policy,
        factory,
        delays: None,
        delay: None,
        started: None,
        starts: 0,
        done: false,
    })
}

/// Stream for [`restart_with_backoff`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct RestartWithBackoff<R, E, B: BackoffBuilder, F> {
    // Gone while it waits for the next start, and after the end.
    #[pin]
    input: Option<R>,
    policy: RestartPolicy<B, E>,
    factory: F,
    // Those that are left; made at the first restart, and anew after a start
    // that has held.
    delays: Option<B::Backoff>,
    // The one that is passing.
    delay: Option<Pin<Box<Sleep>>>,
    started: Option<Instant>,
    starts: u64,
    done: bool,
}

impl<R, E, B: BackoffBuilder, F> RestartWithBackoff<R, E, B, F> {
    /// Counts the restarts so far.
    ///
    /// Reached through [`Flow::get_ref`].
    pub fn restarts(&self) -> u64 {
        self.starts.saturating_sub(1)
    }
}

impl<R, T, E, B, F> RestartWithBackoff<R, E, B, F>
where
    R: Progress<Item = Result<T, E>>,
    B: BackoffBuilder + Clone,
    F: FnMut() -> Flow<R>,
{
    /// Waits for the delay to pass and starts the source, if there is none.
    fn poll_start(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        if *this.done || this.input.is_some() {
            return Poll::Ready(());
        }
        if let Some(delay) = this.delay {
            ready!(delay.as_mut().poll(cx));
            *this.delay = None;
        }
        // Until the factory has returned; if it panics, this is the end.
        *this.done = true;
        let source = (this.factory)().into_stream();
        *this.done = false;
        this.input.set(Some(source));
        *this.started = Some(Instant::now());
        *this.starts += 1;
        Poll::Ready(())
    }

    /// Says how long to wait before the next start, if there is to be one.
    fn next_delay(self: Pin<&mut Self>, item: Option<&Result<T, E>>) -> Option<Duration> {
        let this = self.project();
        let restarts = match item {
            Some(Err(error)) => this.policy.restarts(error),
            Some(Ok(_)) => false,
            None => this.policy.at_end,
        };
        if !restarts {
            return None;
        }
        if let (Some(started), Some(window)) = (this.started, this.policy.window)
            && started.elapsed() > window
        {
            *this.delays = None;
        }
        let delays = &this.policy.delays;
        let delays = this.delays.get_or_insert_with(|| delays.clone().build());
        delays.next()
    }
}

impl<R, T, E, B, F> Stream for RestartWithBackoff<R, E, B, F>
where
    R: Progress<Item = Result<T, E>>,
    B: BackoffBuilder + Clone,
    F: FnMut() -> Flow<R>,
{
    type Item = Result<T, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        for _ in 0..UNITS_PER_POLL {
            ready!(self.as_mut().poll_start(cx));
            let mut this = self.as_mut().project();
            let Some(input) = this.input.as_mut().as_pin_mut() else {
                return Poll::Ready(None);
            };
            let item = ready!(input.poll_next(cx));
            if let Some(Ok(_)) = item {
                return Poll::Ready(item);
            }
            // Whatever panics here, the source is not started without a delay.
            *this.done = true;
            this.input.set(None);
            let Some(delay) = self.as_mut().next_delay(item.as_ref()) else {
                return Poll::Ready(item);
            };
            let this = self.as_mut().project();
            *this.done = false;
            if !delay.is_zero() {
                *this.delay = Some(Box::pin(sleep(delay)));
            }
        }
        // As many sources have failed at once.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // A source that fails may be followed by one of any length.
        (0, self.done.then_some(0))
    }
}

impl<R, T, E, B, F> FusedStream for RestartWithBackoff<R, E, B, F>
where
    R: Progress<Item = Result<T, E>>,
    B: BackoffBuilder + Clone,
    F: FnMut() -> Flow<R>,
{
    fn is_terminated(&self) -> bool {
        self.done
    }
}

impl<R, T, E, B, F> Progress for RestartWithBackoff<R, E, B, F>
where
    R: Progress<Item = Result<T, E>>,
    B: BackoffBuilder + Clone,
    F: FnMut() -> Flow<R>,
{
    fn poll_progress(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        ready!(self.as_mut().poll_start(cx));
        match self.project().input.as_pin_mut() {
            Some(input) => input.poll_progress(cx),
            None => Poll::Ready(()),
        }
    }
}

impl<R, E, B, F> fmt::Debug for RestartWithBackoff<R, E, B, F>
where
    R: fmt::Debug,
    B: BackoffBuilder + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestartWithBackoff")
            .field("input", &self.input)
            .field("policy", &self.policy)
            .field("starts", &self.starts)
            .finish_non_exhaustive()
    }
}
