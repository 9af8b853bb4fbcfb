use std::time::Duration;

/// Messages that cost as much to pass on as one wake of another worker.
const WORTH_A_WAKE: usize = 512;

/// One message in this many has its time in the queue measured.
const SAMPLE_EVERY: u64 = 1_024;

/// A wake between workers costs a few microseconds: once in this time it is
/// worth the room that it makes known.
const WAKE_PAYS: Duration = Duration::from_micros(32);

/// How far apart the ends of an edge are, and what follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// On one worker: they take turns, and a wake is cheap.
    Local,
    /// On two workers: they run at once, and a wake costs as much as hundreds
    /// of messages.
    Remote,
}

impl Reach {
    /// How many messages a sender holds back at most while it goes on.
    #[inline]
    pub(super) fn longest_chunk(self, capacity: usize) -> usize {
        match self {
            // The inlet cannot run before the sender pauses.
            Self::Local => usize::MAX,
            Self::Remote => (capacity / 4).clamp(1, 32),
        }
    }

    /// How much must be free before a sender that waits for slots is woken,
    /// if a full edge lasts its inlet for `turn`.
    ///
    /// Half of the edge, so that each end is woken twice at most while the
    /// whole of it is filled and emptied. But room that a sender is not told
    /// of absorbs nothing: if messages take so long that waking at every
    /// giving back costs little, it is.
    #[inline]
    pub(super) fn wakes_sender_at(self, capacity: usize, turn: Duration) -> usize {
        match self {
            Self::Remote if turn < WAKE_PAYS.saturating_mul(8) => (capacity / 2).max(1),
            Self::Local | Self::Remote => 1,
        }
    }

    /// How many messages must be there before an inlet that waits is woken by
    /// a sender that goes on. One that pauses wakes it in any case.
    ///
    /// Half of what fits, but no more than make up for the wake: a sender that
    /// is slow and never pauses must not keep the inlet waiting.
    #[inline]
    pub(super) fn wakes_inlet_at(self, capacity: usize) -> usize {
        match self {
            Self::Local => usize::MAX,
            Self::Remote => (capacity / 2).clamp(1, WORTH_A_WAKE),
        }
    }

    /// How many messages are sent from one that has its time in the queue
    /// measured to the next.
    pub(super) fn sample_interval(self, capacity: usize) -> u64 {
        match self {
            // Two readings per sample: one per 1,024 messages or per epoch.
            Self::Local => SAMPLE_EVERY
                .max((capacity as u64).saturating_mul(2).saturating_add(32))
                .saturating_mul(2),
            Self::Remote => SAMPLE_EVERY,
        }
    }
}
