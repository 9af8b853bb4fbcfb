//! The times of an edge, read as seldom as can be.

use std::time::Duration;

use tokio::time::Instant;

use super::{Reach, idle};

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
    reach: Reach,
    made: Instant,
    /// The wall clock when it was last read.
    latest: Duration,
}

impl Clock {
    pub(super) fn new(reach: Reach) -> Self {
        Self {
            reach,
            made: read(),
            latest: Duration::ZERO,
        }
    }

    /// The time at which an end begins or ceases to wait.
    #[inline]
    pub(super) fn transition(&mut self) -> Duration {
        match self.reach {
            Reach::Local => idle::now(),
            Reach::Remote => self.read(),
        }
    }

    /// The wall clock.
    pub(super) fn read(&mut self) -> Duration {
        self.latest = read().saturating_duration_since(self.made);
        self.latest
    }

    /// The time as far as it is known without reading the clock.
    pub(super) fn known(&mut self) -> Now {
        match self.reach {
            Reach::Local => {
                if let Some(woken) = idle::woken_at() {
                    let woken = woken.saturating_duration_since(self.made);
                    self.latest = self.latest.max(woken);
                }
                Now {
                    wall: self.latest,
                    transitions: idle::now(),
                }
            }
            Reach::Remote => Now {
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
mod tests {
    use std::cell::Cell;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use futures_core::Stream;

    use super::super::{Capacity, Inlet, Sender, local, remote};

    thread_local! {
        /// How often this thread has read the clock for an edge.
        pub(super) static READINGS: Cell<u64> = const { Cell::new(0) };
    }

    const MESSAGES: u64 = 100_000;

    const CAPACITIES: [Capacity; 4] = [
        Capacity::Fixed(16),
        Capacity::Fixed(2_000),
        Capacity::adaptive(),
        Capacity::Weighted(100),
    ];

    fn readings(run: impl FnOnce()) -> u64 {
        let before = READINGS.get();
        run();
        READINGS.get() - before
    }

    /// Moves messages, `turn` of them at a time: the edge never runs full, and
    /// the inlet finds it empty only if it is polled `dry`.
    fn pass(mut sender: Sender<u64>, mut inlet: Inlet<u64>, turn: u64, dry: bool) {
        let cx = &mut Context::from_waker(Waker::noop());
        for _ in 0..MESSAGES / turn {
            for message in 0..turn {
                let Poll::Ready(Ok(slot)) = sender.poll_reserve(cx) else {
                    panic!("the edge is full");
                };
                slot.send(message);
            }
            sender.flush();
            for _ in 0..turn {
                assert!(Pin::new(&mut inlet).poll_next(cx).is_ready());
            }
            assert!(!dry || Pin::new(&mut inlet).poll_next(cx).is_pending());
        }
    }

    /// Fills the edge until the sender is blocked, empties it until the inlet
    /// is starved, and so on.
    fn alternate(mut sender: Sender<u64>, mut inlet: Inlet<u64>) -> u64 {
        let cx = &mut Context::from_waker(Waker::noop());
        let (mut sent, mut turns) = (0, 0);
        while sent < MESSAGES {
            while let Poll::Ready(Ok(slot)) = sender.poll_reserve(cx) {
                slot.send(sent);
                sent += 1;
            }
            while Pin::new(&mut inlet).poll_next(cx).is_ready() {}
            turns += 1;
        }
        turns
    }

    #[test]
    fn a_local_edge_reads_the_clock_once_per_1024_messages_or_epoch_at_most() {
        for capacity in CAPACITIES {
            let (sender, inlet) = local(capacity);
            let counters = sender.counters();
            let read = readings(|| assert!(alternate(sender, inlet) > 0));
            let counts = counters.counts();
            let least = 1_024.max(2 * counts.capacity + 32);
            // The first sample begins with the first message.
            assert!(read <= counts.sent / least + 2, "{capacity:?}: {read}");
            assert!(read > 0 && counts.time_in_queue.is_some());
        }
    }

    #[test]
    fn a_remote_edge_without_transitions_reads_the_clock_for_samples_only() {
        for capacity in CAPACITIES {
            let (sender, inlet) = remote(capacity);
            let (sender, inlet) = (sender.open(), inlet.open());
            let read = readings(|| pass(sender, inlet, 2, false));
            assert!(read <= 2 * (MESSAGES / 1_024 + 1), "{capacity:?}: {read}");
        }
    }

    #[test]
    fn a_remote_edge_reads_the_clock_once_per_transition() {
        for capacity in CAPACITIES {
            let (sender, inlet) = remote(capacity);
            let (sender, inlet) = (sender.open(), inlet.open());
            let samples = 2 * (MESSAGES / 1_024 + 1);
            let mut turns = 0;
            let read = readings(|| turns = alternate(sender, inlet));
            // The sender blocks and goes on, the inlet starves and goes on.
            assert!(
                read <= 4 * turns + samples,
                "{capacity:?}: {read}, {turns} turns"
            );

            let (sender, inlet) = remote(capacity);
            let (sender, inlet) = (sender.open(), inlet.open());
            let read = readings(|| pass(sender, inlet, 2, true));
            assert!(read <= 2 * (MESSAGES / 2) + samples, "{capacity:?}: {read}");
        }
    }
}
