use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::RetryBudget;

/// When, how often and after what delays a failed call is made again.
///
/// The delays are those of `backon`: its `ExponentialBuilder`,
/// `ConstantBuilder` and `FibonacciBuilder` say how long they are, how many,
/// and whether jitter adds up to as much again to each. There are as many
/// retries of an item as there are delays.
///
/// Used by [`retry_item`](crate::Flow::retry_item) and
/// [`retry_item_unordered`](crate::Flow::retry_item_unordered).
///
/// # Examples
///
/// ```
/// use std::io;
/// use std::time::Duration;
///
/// use backon::ExponentialBuilder;
/// use millpond_operators::errors::{RetryBudget, RetryPolicy};
///
/// let delays = ExponentialBuilder::default()
///     .with_min_delay(Duration::from_millis(50))
///     .with_max_times(4)
///     .with_jitter();
/// let policy = RetryPolicy::new(delays)
///     .when(|error: &io::Error| error.kind() == io::ErrorKind::TimedOut)
///     .budget(RetryBudget::new(20, 10));
/// # drop(policy);
/// ```
#[must_use = "a policy does nothing unless given to an operator"]
pub struct RetryPolicy<B, E> {
    pub(super) delays: B,
    pub(super) max_waiting: Option<usize>,
    pub(super) budget: Option<RetryBudget>,
    when: Option<Arc<Condition<E>>>,
}

type Condition<E> = dyn Fn(&E) -> bool + Send + Sync;

impl<B, E> RetryPolicy<B, E> {
    /// Retries whatever the error, as often as there are delays.
    pub fn new(delays: B) -> Self {
        Self {
            delays,
            max_waiting: None,
            budget: None,
            when: None,
        }
    }

    /// Retries only after errors for which `retries` says `true`.
    pub fn when(mut self, retries: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self {
        self.when = Some(Arc::new(retries));
        self
    }

    /// Retries only while the budget lasts.
    pub fn budget(mut self, budget: RetryBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Lets up to `max_items` items wait, besides those whose call is under way.
    ///
    /// They wait for their next attempt, or for their turn to be emitted. As
    /// many as may be in flight, if not called. With zero, an item that waits
    /// keeps another from starting.
    pub fn max_waiting(mut self, max_items: usize) -> Self {
        self.max_waiting = Some(max_items);
        self
    }

    pub(super) fn retries(&self, error: &E) -> bool {
        self.when.as_ref().is_none_or(|when| when(error))
    }
}

impl<B: Clone, E> Clone for RetryPolicy<B, E> {
    fn clone(&self) -> Self {
        Self {
            delays: self.delays.clone(),
            max_waiting: self.max_waiting,
            budget: self.budget.clone(),
            when: self.when.clone(),
        }
    }
}

impl<B: fmt::Debug, E> fmt::Debug for RetryPolicy<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("delays", &self.delays)
            .field("max_waiting", &self.max_waiting)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

/// The last error of an item that is not retried any more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "this says that an item has failed for good"]
#[non_exhaustive]
pub struct GaveUp<E> {
    /// What the last attempt failed with.
    pub error: E,
    /// How many attempts there were, at least 1.
    pub attempts: usize,
    /// Why there was none more.
    pub reason: GaveUpReason,
}

impl<E> GaveUp<E> {
    pub(super) fn new(error: E, attempts: usize, reason: GaveUpReason) -> Self {
        Self {
            error,
            attempts,
            reason,
        }
    }
}

/// Why an item is not retried any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GaveUpReason {
    /// The policy does not retry after this error.
    Permanent,
    /// There are no more delays.
    NoMoreDelays,
    /// The budget is used up.
    NoBudget,
}

impl<E> fmt::Display for GaveUp<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { attempts, .. } = self;
        let plural = if *attempts == 1 { "" } else { "s" };
        write!(f, "gave up after {attempts} attempt{plural}")?;
        f.write_str(match self.reason {
            GaveUpReason::Permanent => ": the error is not one to retry after",
            GaveUpReason::NoMoreDelays => "",
            GaveUpReason::NoBudget => ": the retry budget is used up",
        })
    }
}

impl<E: Error + 'static> Error for GaveUp<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}
