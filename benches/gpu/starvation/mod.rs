//! A device that computes one batch after another, the stage in front of it,
//! and arrivals in bursts, in simulated time.
//!
//! A batch takes 2 ms and 20 µs per row. It is copied to the device before and
//! back afterwards; there is one engine for each direction, and both work
//! while the device computes, if there are slots. Rows arrive in bursts with
//! memoryless gaps, at 90 % of what the device could do in full batches.
//!
//! tokio's clock ticks in milliseconds, so every time here is scaled by 1,000:
//! a microsecond of the model is a tick of the clock.
//!
//! | figure | what it is |
//! | --- | --- |
//! | busy | the share of the time, until the last row is done, in which the device computes |
//! | wait | from the scheduled arrival of a row, whether or not an edge has room for it then, until the device begins its batch, in units of the time of a full batch |
//! | infinite queue | the same batches formed by the same rule, in an unbounded queue in front of a device whose copies cost nothing; a bounded stage may do better, since its batches go on filling while all slots are taken |
//! | sequential | each burst is one message, which becomes one batch of its own, and the next is sent once it is back |

mod arrivals;
mod device;
mod infinite_queue;
mod outcome;
mod sequential;
#[path = "../../support/simulated/service.rs"]
#[expect(dead_code, reason = "only the bursts are of use here")]
mod service;
mod stage;

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Builder;

pub(crate) use outcome::Outcome;

/// How many it has where it is only to be seen that the limits are kept.
pub(crate) const SHORT: usize = 20_000;

/// The stage that is measured, and what comes to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// How many rows make a batch.
    pub(crate) max_items: usize,
    /// How long the first of them waits for the others.
    pub(crate) max_wait: Duration,
    /// How many batches the device has room for.
    pub(crate) slots: usize,
    /// How many rows arrive at once.
    pub(crate) burst: u32,
}

impl Setting {
    /// What the figures are published for.
    pub(crate) const USUAL: Self = Self {
        max_items: 256,
        max_wait: scaled(10_000),
        slots: 4,
        burst: 8,
    };
    /// Bursts that make queues whatever stands behind them.
    pub(crate) const HEAVY: Self = Self {
        burst: 128,
        ..Self::USUAL
    };

    /// The time of a full batch on the device.
    fn full_batch(&self) -> Duration {
        device::compute_time(self.max_items)
    }
}

/// So many microseconds of the model, on the clock of the simulation.
pub(crate) const fn scaled(micros: u64) -> Duration {
    Duration::from_millis(micros)
}

/// Runs a future in simulated time, to its end.
fn simulate<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime starts")
        .block_on(future)
}

/// Counts here stay far below what a `f64` can tell apart.
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^52")]
fn approximate(count: usize) -> f64 {
    count as f64
}
