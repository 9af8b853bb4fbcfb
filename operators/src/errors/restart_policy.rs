use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// When, how often and after what delays a source is made anew.
///
/// The delays are those of `backon`: its `ExponentialBuilder`,
/// `ConstantBuilder` and `FibonacciBuilder` say how long they are, how many,
/// and whether jitter adds up to as much again to each. There are as many
/// restarts as there are delays, until a start has held for the
/// [`window`](Self::window).
///
/// Used by [`restart_with_backoff`](crate::errors::restart_with_backoff).
///
/// # Examples
///
/// ```
/// use std::io;
/// use std::time::Duration;
///
/// use backon::ExponentialBuilder;
/// use millpond_operators::errors::RestartPolicy;
///
/// let delays = ExponentialBuilder::default()
///     .with_max_delay(Duration::from_secs(30))
///     .with_max_times(20)
///     .with_jitter();
/// let policy = RestartPolicy::new(delays)
///     .window(Duration::from_secs(60))
///     .when(|error: &io::Error| error.kind() != io::ErrorKind::PermissionDenied);
/// # drop(policy);
/// ```
#[must_use = "a policy does nothing unless given to `restart_with_backoff`"]
pub struct RestartPolicy<B, E> {
    pub(super) delays: B,
    pub(super) window: Option<Duration>,
    pub(super) at_end: bool,
    when: Option<Arc<Condition<E>>>,
}

type Condition<E> = dyn Fn(&E) -> bool + Send + Sync;

impl<B, E> RestartPolicy<B, E> {
    /// Restarts after every `Err`, as often as there are delays.
    pub fn new(delays: B) -> Self {
        Self {
            delays,
            window: None,
            at_end: false,
            when: None,
        }
    }

    /// Restarts only after errors for which `restarts` says `true`.
    pub fn when(mut self, restarts: impl Fn(&E) -> bool + Send + Sync + 'static) -> Self {
        self.when = Some(Arc::new(restarts));
        self
    }

    /// Begins with the first delay again when the last start is older than
    /// `window`.
    ///
    /// The age of a start is that at which its `Err`, or its end, is taken: a
    /// consumer that is blocked meanwhile makes it older. If not called, the
    /// delays are used up once and for all.
    ///
    /// # Panics
    ///
    /// Panics at the call site if `window` is zero, with which the delays would
    /// never be used up.
    #[track_caller]
    pub fn window(mut self, window: Duration) -> Self {
        assert!(
            !window.is_zero(),
            "a `window` of 0 would forget every restart; give delays without an end instead"
        );
        self.window = Some(window);
        self
    }

    /// Restarts also when the source ends without an `Err`.
    pub fn at_end(mut self) -> Self {
        self.at_end = true;
        self
    }

    pub(super) fn restarts(&self, error: &E) -> bool {
        self.when.as_ref().is_none_or(|when| when(error))
    }
}

impl<B: Clone, E> Clone for RestartPolicy<B, E> {
    fn clone(&self) -> Self {
        Self {
            delays: self.delays.clone(),
            window: self.window,
            at_end: self.at_end,
            when: self.when.clone(),
        }
    }
}

impl<B: fmt::Debug, E> fmt::Debug for RestartPolicy<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RestartPolicy")
            .field("delays", &self.delays)
            .field("window", &self.window)
            .field("at_end", &self.at_end)
            .finish_non_exhaustive()
    }
}
