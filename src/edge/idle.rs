//! A clock that advances only while this worker is parked.
//!
//! Two busy nodes on one worker alternate: by the wall clock each spends half
//! of its time "blocked" or "starved", though no buffer size would change
//! that. On a local edge those times are therefore measured on this clock,
//! which the worker's park hooks feed and which costs nothing to read.
//!
//! A run's own workers have these hooks. A runtime that you build yourself, to
//! use local edges in or for
//! [`run_local`](crate::Pipeline::run_local), gets them with
//! [`Builder::on_thread_park`](tokio::runtime::Builder::on_thread_park) and
//! [`on_thread_unpark`](tokio::runtime::Builder::on_thread_unpark); without
//! them the clock stands still, and so do the blocked and starved times of its
//! local edges.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

thread_local! {
    static IDLE: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static PARKED_SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
    static WOKEN_AT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// How long this thread has been parked in all.
#[inline]
pub(crate) fn now() -> Duration {
    IDLE.get()
}

/// When this thread last woke up: the wall clock, as far as it is known
/// without reading it.
pub(super) fn woken_at() -> Option<Instant> {
    WOKEN_AT.get()
}

/// To be called when the worker goes to sleep.
pub fn parked() {
    PARKED_SINCE.set(Some(Instant::now()));
}

/// To be called when the worker wakes up.
pub fn unparked() {
    if let Some(since) = PARKED_SINCE.take() {
        let now = Instant::now();
        IDLE.set(IDLE.get() + now.saturating_duration_since(since));
        WOKEN_AT.set(Some(now));
    }
}
