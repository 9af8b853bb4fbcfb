use std::fmt;
use std::time::Duration;

use super::arrivals::arrivals;
use super::device::Computed;
use super::infinite_queue::infinite_queue;
use super::sequential::sequential;
use super::stage::stage;
use super::{Setting, approximate};

/// How the stage did, and others on the same arrivals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    pub(crate) busy: f64,
    pub(crate) busy_vs_infinite_queue: f64,
    pub(crate) throughput_vs_infinite_queue: f64,
    pub(crate) throughput_vs_sequential: f64,
    pub(crate) p99_wait_batches: f64,
    /// How much longer that is than behind an infinite queue.
    pub(crate) p99_wait_added: f64,
    pub(crate) rows_per_batch: f64,
}

impl Outcome {
    /// How busy the device is at least, beside an infinite queue before it.
    pub(crate) const BUSY_AT_LEAST: f64 = 0.98;
    /// How many of its rows it does at least: a device that is kept busy with
    /// small batches is not kept well.
    pub(crate) const THROUGHPUT_AT_LEAST: f64 = 0.98;
    /// How many full batches' time 99 in 100 rows wait at most.
    pub(crate) const WAIT_AT_MOST: f64 = 2.0;
    /// How much of it the stage may add to what an infinite queue makes of
    /// the same arrivals: about the copy to the device.
    pub(crate) const WAIT_ADDED_AT_MOST: f64 = 0.25;

    pub(crate) fn of(setting: &Setting, seed: u64, rows: usize) -> Self {
        let arrivals = arrivals(setting, seed, rows);
        let (bound, bound_waits) = infinite_queue(setting, &arrivals);
        let one_by_one = sequential(setting, &arrivals);
        let (ours, waits) = stage(setting, arrivals);
        assert_eq!(waits.len(), rows, "each row comes out");
        let in_batches = |waits| p99(waits).div_duration_f64(setting.full_batch());
        let (wait, bound_wait) = (in_batches(waits), in_batches(bound_waits));
        Self {
            busy: busy(&ours),
            busy_vs_infinite_queue: busy(&ours) / busy(&bound),
            throughput_vs_infinite_queue: bound.end.div_duration_f64(ours.end),
            throughput_vs_sequential: one_by_one.end.div_duration_f64(ours.end),
            p99_wait_batches: wait,
            p99_wait_added: wait - bound_wait,
            rows_per_batch: approximate(rows) / approximate(ours.batches),
        }
    }

    /// Tells which limit is missed, if one is.
    pub(crate) fn verdict(&self) -> Result<(), String> {
        self.not_starved()?;
        match self.p99_wait_batches {
            wait if wait > Self::WAIT_AT_MOST => Err(format!(
                "99 in 100 rows wait up to {wait:.2} batches, more than {}",
                Self::WAIT_AT_MOST
            )),
            _ => Ok(()),
        }
    }

    /// The same for arrivals whose wait is not the stage's doing: it is judged
    /// by what it adds.
    pub(crate) fn not_starved(&self) -> Result<(), String> {
        let beside = [
            ("busy", self.busy_vs_infinite_queue, Self::BUSY_AT_LEAST),
            (
                "fast",
                self.throughput_vs_infinite_queue,
                Self::THROUGHPUT_AT_LEAST,
            ),
        ];
        for (what, ratio, at_least) in beside {
            if ratio < at_least {
                return Err(format!(
                    "the device is {ratio:.3} times as {what} as behind an infinite queue, not {at_least}"
                ));
            }
        }
        match self.p99_wait_added {
            added if added > Self::WAIT_ADDED_AT_MOST => Err(format!(
                "99 in 100 rows wait {added:.2} batches longer than behind an infinite queue, more than {}",
                Self::WAIT_ADDED_AT_MOST
            )),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "busy {:.2}, {:.3} of an infinite queue's, {:.3} of its rows; p99 of waiting {:.2} batches, \
             {:.2} more than an infinite queue's; {:.0} rows per batch, {:.2} times as many rows as one \
             message after another",
            self.busy,
            self.busy_vs_infinite_queue,
            self.throughput_vs_infinite_queue,
            self.p99_wait_batches,
            self.p99_wait_added,
            self.rows_per_batch,
            self.throughput_vs_sequential,
        )
    }
}

fn busy(computed: &Computed) -> f64 {
    computed.busy.div_duration_f64(computed.end)
}

fn p99(mut waits: Vec<Duration>) -> Duration {
    if waits.is_empty() {
        return Duration::ZERO;
    }
    let at = (waits.len() * 99).div_ceil(100) - 1;
    *waits.select_nth_unstable(at).1
}
