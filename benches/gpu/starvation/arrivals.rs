use std::time::Duration;

use super::service::{Service, Times};
use super::{Setting, approximate};

/// The share of what the device could do in full batches.
const LOAD: f64 = 0.9;

/// When each row arrives, counted from the start.
pub(super) fn arrivals(setting: &Setting, seed: u64, rows: usize) -> Vec<Duration> {
    let per_row = setting
        .full_batch()
        .div_f64(approximate(setting.max_items) * LOAD);
    let mut gaps = Service::new(
        Times::Bursts {
            size: setting.burst,
            gap: per_row * setting.burst,
        },
        seed,
    );
    let mut at = Duration::ZERO;
    (0..rows)
        .map(|_| {
            at += gaps.next(at);
            // On a tick, as the clock is.
            Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(u64::MAX))
        })
        .collect()
}
