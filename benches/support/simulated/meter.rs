use std::sync::Arc;
use std::time::Duration;

use millpond::edge::EdgeCounters;

use super::clock::now;
use super::node::Stamped;

/// What comes to the last node of a run, and how long it was under way.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    edges: Vec<Arc<EdgeCounters>>,
    /// For each message, its time on edges.
    queued: Vec<Duration>,
    /// What all the edges together could hold, and since when.
    capacities: Vec<(Duration, u64)>,
}

/// How a run went.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Messages that arrived.
    pub(crate) messages: f64,
    /// What 99 in 100 messages spent on edges at most.
    pub(crate) p99: Duration,
    /// The mean capacity over the time of the run, all edges together.
    pub(crate) capacity: f64,
    /// Each capacity that the edges have had together, and since when.
    pub(crate) capacities: Vec<(Duration, u64)>,
}

impl Meter {
    pub(super) fn new(edges: Vec<Arc<EdgeCounters>>) -> Self {
        Self {
            edges,
            queued: Vec::new(),
            capacities: Vec::new(),
        }
    }

    /// Takes note of a message that has left its last edge.
    pub(super) fn record(&mut self, message: &Stamped) {
        self.queued.push(message.queued);
        let capacity = self.edges.iter().map(|edge| edge.counts().capacity).sum();
        if self.capacities.last().is_none_or(|last| last.1 != capacity) {
            self.capacities.push((now(), capacity));
        }
    }

    pub(super) fn outcome(mut self) -> Outcome {
        let end = now();
        let until = self.capacities.iter().skip(1).map(|(since, _)| *since);
        let held: f64 = self
            .capacities
            .iter()
            .zip(until.chain([end]))
            .map(|((since, capacity), until)| approximate(*capacity) * (until - *since).as_secs_f64())
            .sum();
        let span = self.capacities.first().map_or(Duration::ZERO, |first| end - first.0);
        let count = self.queued.len();
        let p99 = match count {
            0 => Duration::ZERO,
            _ => *self.queued.select_nth_unstable((count * 99).div_ceil(100) - 1).1,
        };
        Outcome {
            messages: approximate(count as u64),
            p99,
            capacity: held / span.as_secs_f64(),
            capacities: self.capacities,
        }
    }
}

/// Counts here stay far below what a `f64` can tell apart.
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^52")]
fn approximate(count: u64) -> f64 {
    count as f64
}
