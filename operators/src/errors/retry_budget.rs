use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

/// Over how many seconds calls are counted.
const SECONDS: u64 = KEPT - 1;

/// One more, since the newest second has only begun.
const KEPT: u64 = PLACES as u64;
const PLACES: usize = 11;

/// Bounds retries to a share of the calls that succeed.
///
/// When a service is down, every call to it fails, and retries multiply its
/// load just then. A budget puts an end to that: in any ten seconds there are
/// at most `max_percent` retries per hundred successes, and `min_per_second` a
/// second besides, so that a quiet stream may retry too.
///
/// Clones share one budget: give all operators that call the same service
/// clones of the same one.
///
/// # Units
///
/// Calls are counted by the second, on tokio's clock: each counts for ten
/// seconds at least, and for less than eleven.
///
/// # Examples
///
/// ```
/// use backon::ConstantBuilder;
/// use futures::stream;
/// use millpond_operators::errors::{RetryBudget, RetryPolicy};
/// use millpond_operators::flow;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let mut attempts = 0;
/// let policy = RetryPolicy::new(ConstantBuilder::default()).budget(RetryBudget::new(20, 1));
/// let results: Vec<Result<(), _>> = flow(stream::iter(0..100))
///     .retry_item(10, policy, |_| {
///         attempts += 1;
///         async { Err("down") }
///     })
///     .collect()
///     .await;
///
/// assert_eq!(results.len(), 100);
/// // One retry a second for ten seconds, instead of three for each item.
/// assert_eq!(attempts, 110);
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a budget bounds only what it is given to"]
pub struct RetryBudget {
    max_percent: u32,
    min_per_second: u32,
    window: Arc<Mutex<Window>>,
}

impl RetryBudget {
    /// Allows `max_percent` retries per hundred successes, and besides
    /// `min_per_second` of them a second.
    ///
    /// # Panics
    ///
    /// Panics at the call site if both are zero.
    #[track_caller]
    pub fn new(max_percent: u32, min_per_second: u32) -> Self {
        assert!(
            max_percent > 0 || min_per_second > 0,
            "a `RetryBudget` of 0 % and 0 a second allows no retry; give at least 1 of either"
        );
        Self {
            max_percent,
            min_per_second,
            window: Arc::default(),
        }
    }

    /// Notes a success.
    pub(super) fn deposit(&self) {
        self.window().newest().successes += 1;
    }

    /// Notes a retry, if there may be one.
    pub(super) fn withdraw(&self) -> bool {
        let mut window = self.window();
        let (successes, retries) = window.sums();
        let share = u64::from(self.max_percent).saturating_mul(successes) / 100;
        let floor = u64::from(self.min_per_second) * SECONDS;
        let granted = retries < share.saturating_add(floor);
        window.newest().retries += u64::from(granted);
        granted
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        // Numbers only; they are whole whatever has panicked.
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        window.move_to(Instant::now());
        window
    }
}

/// The calls of the last seconds.
#[derive(Debug, Default)]
struct Window {
    start: Option<Instant>,
    // The newest second, counted from the start.
    second: u64,
    seconds: [Second; PLACES],
}

#[derive(Clone, Copy, Debug, Default)]
struct Second {
    successes: u64,
    retries: u64,
}

impl Window {
    fn move_to(&mut self, now: Instant) {
        let start = *self.start.get_or_insert(now);
        let second = now.saturating_duration_since(start).as_secs();
        // All are out of date after a long silence, and none is cleared twice.
        for passed in self.second.max(second.saturating_sub(KEPT))..second {
            self.seconds[Self::place(passed + 1)] = Second::default();
        }
        self.second = self.second.max(second);
    }

    fn newest(&mut self) -> &mut Second {
        &mut self.seconds[Self::place(self.second)]
    }

    fn sums(&self) -> (u64, u64) {
        let seconds = self.seconds.iter();
        seconds.fold((0, 0), |(successes, retries), second| {
            (successes + second.successes, retries + second.retries)
        })
    }

    fn place(second: u64) -> usize {
        (second % KEPT) as usize
    }
}
