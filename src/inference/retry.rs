use std::time::Duration;

use super::{ErrorClass, InferError};

/// How often, and for how long, [`Infer`](super::Infer) tries a batch again.
///
/// A batch that the backend has no room for is sent again after the wait that
/// the backend asks for, or else after a wait that doubles each time. The
/// defaults are 5 retries, a first wait of 10 ms, and 1 s of waiting in all.
/// A batch that was tried and failed in a way that may pass is tried again
/// only if [`failures_too`](Self::failures_too) says so, since a model that
/// counts what it sees would then see it twice.
///
/// # Units
///
/// Waits are measured on tokio's clock. What the tries themselves take counts
/// neither as waiting nor towards the limit.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use millpond::inference::RetryBudget;
///
/// // For a server that may restart.
/// let patient = RetryBudget::new()
///     .max_retries(20)
///     .first_wait(Duration::from_millis(100))
///     .max_wait(Duration::from_secs(30))
///     .failures_too();
///
/// assert_ne!(patient, RetryBudget::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    max_retries: u32,
    max_wait: Duration,
    first_wait: Duration,
    failures_too: bool,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self {
            max_retries: 5,
            max_wait: Duration::from_secs(1),
            first_wait: Duration::from_millis(10),
            failures_too: false,
        }
    }
}

impl RetryBudget {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Never tries again.
    #[must_use]
    pub fn none() -> Self {
        Self::new().max_retries(0)
    }

    /// Sets how often one batch is tried again at the most.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets how long one batch waits in all, over its retries. A wait that
    /// does not fit in is not begun.
    #[must_use]
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Sets the first wait, where the backend asks for none. Each wait of this
    /// kind is twice the one before.
    #[must_use]
    pub fn first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// Tries batches again that failed in a way that may pass, time-outs among
    /// them.
    #[must_use]
    pub fn failures_too(mut self) -> Self {
        self.failures_too = true;
        self
    }

    /// What one batch has of the budget.
    pub(super) fn for_a_batch(self) -> Retries {
        Retries { left: self }
    }
}

/// The budget of one batch, as it is used up.
pub(super) struct Retries {
    left: RetryBudget,
}

impl Retries {
    /// How long to wait before the next try; `None` if there is none.
    pub(super) fn wait_after(&mut self, error: &InferError) -> Option<Duration> {
        let left = &mut self.left;
        let again = match error.class() {
            ErrorClass::Overloaded => true,
            ErrorClass::Retryable => left.failures_too,
            ErrorClass::Terminal => false,
        };
        if !again || left.max_retries == 0 {
            return None;
        }
        let wait = if let InferError::Overloaded {
            retry_after: Some(asked),
        } = error
        {
            *asked
        } else {
            let doubled = left.first_wait.saturating_mul(2);
            std::mem::replace(&mut left.first_wait, doubled)
        };
        left.max_wait = left.max_wait.checked_sub(wait)?;
        left.max_retries -= 1;
        Some(wait)
    }
}
