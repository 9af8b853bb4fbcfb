use std::time::Duration;

use super::Setting;
use super::device::{Computed, compute_time};

/// What the device would do behind a queue that never ends: what it computed,
/// and how long each row waited for it.
pub(super) fn infinite_queue(
    setting: &Setting,
    arrivals: &[Duration],
) -> (Computed, Vec<Duration>) {
    let mut done = Computed::default();
    let mut waits = Vec::with_capacity(arrivals.len());
    let mut rest = arrivals;
    while let Some(&first) = rest.first() {
        let leaves = first + setting.max_wait;
        let in_time = rest.iter().take_while(|arrival| **arrival <= leaves);
        let rows = in_time.take(setting.max_items).count();
        let (batch, later) = rest.split_at(rows);
        // The end of the arrivals sends off what there is.
        let formed = match batch.last() {
            Some(&last) if rows == setting.max_items || later.is_empty() => last,
            _ => leaves,
        };
        let begins = formed.max(done.end);
        waits.extend(batch.iter().map(|arrival| begins.saturating_sub(*arrival)));
        done.busy += compute_time(rows);
        done.batches += 1;
        done.end = begins + compute_time(rows);
        rest = later;
    }
    (done, waits)
}
