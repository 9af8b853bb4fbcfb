//! The times of an edge, read as seldom as can be.

use std::time::Duration;

use tokio::time::Instant;

use super::idle;

/// One message in this many has its time in the queue measured.
const SAMPLE_EVERY: u64 = 1_024;

/// A moment on both clocks of an edge.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Now {
    /// Time since the edge was made.
    pub(super) wall: Duration,
    /// Time as it advances for an end that waits: on a local edge only while
    /// the worker is parked.
    pub(super) transitions: Duration,
}

/// The clock of one edge.
#[derive(Debug)]
pub(super) struct Clock {
    kind: Kind,
    made: Instant,
    /// The wall clock when it was last read.
    latest: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Local,
    Remote,
}

impl Clock {
    /// For an edge whose ends are on one worker: waiting is what happens while
    /// that worker is parked, and costs no reading.
    pub(super) fn local() -> Self {
        Self::new(Kind::Local)
    }

    /// For an edge between workers: waiting is measured on the wall clock.
    pub(super) fn remote() -> Self {
        Self::new(Kind::Remote)
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            made: read(),
            latest: Duration::ZERO,
        }
    }

    /// The time at which an end begins or ceases to wait.
    pub(super) fn transition(&mut self) -> Duration {
        match self.kind {
            Kind::Local => idle::now(),
            Kind::Remote => self.read(),
        }
    }

    /// The wall clock.
    pub(super) fn read(&mut self) -> Duration {
        self.latest = read().saturating_duration_since(self.made);
        self.latest
    }

    /// How many messages are sent from one that has its time in the queue
    /// measured to the next, at a capacity of that many.
    pub(super) fn sample_interval(&self, capacity: usize) -> u64 {
        match self.kind {
            // Two readings per sample: one per 1,024 messages or per epoch.
            Kind::Local => 2 * SAMPLE_EVERY.max(2 * capacity as u64 + 32),
            Kind::Remote => SAMPLE_EVERY,
        }
    }

    /// How many messages a sender holds back at most while it goes on.
    pub(super) fn longest_chunk(&self, capacity: usize) -> usize {
        match self.kind {
            // The inlet cannot run before the sender pauses.
            Kind::Local => usize::MAX,
            Kind::Remote => (capacity / 4).clamp(1, 32),
        }
    }

    /// The time as far as it is known without reading the clock.
    pub(super) fn known(&mut self) -> Now {
        match self.kind {
            Kind::Local => {
                if let Some(woken) = idle::woken_at() {
                    let woken = woken.saturating_duration_since(self.made);
                    self.latest = self.latest.max(woken);
                }
                Now {
                    wall: self.latest,
                    transitions: idle::now(),
                }
            }
            Kind::Remote => Now {
                wall: self.latest,
                transitions: self.latest,
            },
        }
    }
}

fn read() -> Instant {
    #[cfg(test)]
    tests::READINGS.set(tests::READINGS.get() + 1);
    Instant::now()
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    thread_local! {
        /// How often this thread has read the clock for an edge.
        pub(in crate::edge) static READINGS: Cell<u64> = const { Cell::new(0) };
    }
}
