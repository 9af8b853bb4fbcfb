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
    /// What all the edges together could hold, each time it changed.
    capacities: Vec<Held>,
}

/// What all the edges of a run together can hold.
#[derive(Clone, Copy, Debug)]
struct Held {
    since: Duration,
    capacity: u64,
    /// How often the capacities had been looked at again by then.
    epochs: u64,
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
    capacities: Vec<Held>,
    end: Duration,
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
        let counts = self.edges.iter().map(|edge| edge.counts());
        let (capacity, epochs) = counts.fold((0, 0), |(capacity, epochs), edge| {
            (capacity + edge.capacity, epochs + edge.epochs)
        });
        if self
            .capacities
            .last()
            .is_none_or(|last| last.capacity != capacity)
        {
            self.capacities.push(Held {
                since: now(),
                capacity,
                epochs,
            });
        }
    }

    pub(super) fn outcome(mut self) -> Outcome {
        let count = self.queued.len();
        let p99 = match count {
            0 => Duration::ZERO,
            _ => {
                *self
                    .queued
                    .select_nth_unstable((count * 99).div_ceil(100) - 1)
                    .1
            }
        };
        Outcome {
            messages: approximate(count as u64),
            p99,
            capacity: mean(&self.capacities, Duration::ZERO, now()),
            capacities: self.capacities,
            end: now(),
        }
    }
}

impl Outcome {
    /// The epochs until the capacity was first within a factor of 1.5 of its
    /// mean in the last half of the run, or within four slots of it, which is
    /// where edges end that lose nothing either way.
    pub(crate) fn epochs_to_converge(&self) -> f64 {
        let settled = mean(&self.capacities, self.end / 2, self.end);
        let is_near = |held: &&Held| {
            let capacity = approximate(held.capacity);
            let ratio = capacity / settled;
            (1.0 / 1.5..=1.5).contains(&ratio) || (capacity - settled).abs() <= 4.0
        };
        let converged = self.capacities.iter().find(is_near);
        converged.map_or(f64::INFINITY, |held| approximate(held.epochs))
    }
}

/// The mean capacity over a stretch of time.
fn mean(capacities: &[Held], from: Duration, to: Duration) -> f64 {
    let until = capacities.iter().skip(1).map(|next| next.since);
    let (mut held, mut span) = (0.0, Duration::ZERO);
    for (now, until) in capacities.iter().zip(until.chain([to])) {
        let within = until.min(to).saturating_sub(now.since.max(from));
        held += approximate(now.capacity) * within.as_secs_f64();
        span += within;
    }
    held / span.as_secs_f64()
}

/// Counts here stay far below what a `f64` can tell apart.
#[expect(clippy::cast_precision_loss, reason = "no count comes near 2^52")]
fn approximate(count: u64) -> f64 {
    count as f64
}
