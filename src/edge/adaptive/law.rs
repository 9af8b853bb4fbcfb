use std::time::Duration;

use super::Epoch;

/// Loss below this share of the time is not worth a slot.
const NEGLIGIBLE: f64 = 0.02;

/// Loss above this share is not chance: the capacity doubles at once. Smaller
/// losses are averaged first, since a short epoch shows some of them in any
/// edge between two nodes of one speed.
const SEVERE: f64 = 4.0 * NEGLIGIBLE;

/// For how many epochs a capacity that starved is remembered, and for how many
/// a growth that did not help is not repeated.
const MEMORY: u32 = 40;

/// Room that was not used for this many epochs is given up.
const ROOMY_EPOCHS: u32 = 8;

/// Below this capacity growth is never futile. Bursts of 64 lose as much at 32
/// as at 2, and small buffers cost little.
const CHEAP: usize = 128;

/// The coincident-loss law: from what an edge saw in an epoch to its capacity
/// in the next one.
///
/// Time in which the sender was blocked is work refused, time in which the
/// inlet was starved is work missing. Only where both happen within one epoch
/// could a larger buffer have won something, and at most the smaller of the
/// two. So the law grows on that and on nothing else. It gives back three
/// quarters of what never leaves the queue: with a capacity smaller by the
/// whole of it, every message would have left at the same time.
#[derive(Debug)]
pub(super) struct Law {
    target: Duration,
    min: usize,
    max: usize,
    capacity: usize,
    /// The moving average of the loss.
    loss: f64,
    /// The last capacity that starved, while that is remembered.
    starving: Option<Starving>,
    /// The queue that stood in the last epoch, and the least of the last two.
    stood: usize,
    standing: usize,
    roomy_epochs: u32,
    rate: Rate,
    futility: Futility,
}

/// A capacity that is not to be gone back to for a while.
#[derive(Clone, Copy, Debug)]
struct Starving {
    capacity: usize,
    epochs_left: u32,
}

impl Law {
    pub(super) fn new(target: Duration, min: usize, max: usize, capacity: usize) -> Self {
        Self {
            target,
            min,
            max,
            capacity,
            loss: 0.0,
            starving: None,
            stood: 0,
            standing: 0,
            roomy_epochs: 0,
            rate: Rate::default(),
            futility: Futility::default(),
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(super) fn go_on_from(&mut self, capacity: usize) {
        self.capacity = capacity;
    }

    /// The capacity for the next epoch.
    pub(super) fn next(&mut self, epoch: &Epoch) -> usize {
        self.rate.learn(epoch);
        self.count_epochs(epoch);
        let missing = epoch.starved.max(epoch.underfilled);
        let lost_now = epoch.blocked.min(missing);
        self.loss = 0.3 * self.loss + 0.7 * lost_now;
        let loss = if lost_now > SEVERE {
            lost_now
        } else {
            self.loss
        };
        // Nothing is won for an epoch that lost nothing, whatever was before.
        let wanted = if loss > NEGLIGIBLE && lost_now > 0.0 {
            self.grown(loss, epoch.underfilled < epoch.starved)
        } else if self.standing > 0 {
            self.without_the_queue()
        } else if self.roomy_epochs >= ROOMY_EPOCHS {
            self.capacity - self.capacity.div_ceil(4)
        } else {
            self.capacity
        };
        self.age();
        let most = self.max.min(self.rate.within(self.target));
        // The lower bound wins: a target that not even it keeps is not kept.
        self.capacity = wanted.min(most).max(self.min);
        self.capacity
    }

    fn count_epochs(&mut self, epoch: &Epoch) {
        let stands = if epoch.blocked > 0.0 {
            epoch.least_queued
        } else {
            0
        };
        self.standing = self.stood.min(stands);
        self.stood = stands;
        let roomy = epoch.blocked <= 0.0 && epoch.most_queued.saturating_mul(2) < self.capacity;
        self.roomy_epochs = if roomy { self.roomy_epochs + 1 } else { 0 };
    }

    fn grown(&mut self, loss: f64, by_starving: bool) -> usize {
        // A batch that is not filled yet says nothing about futility: its
        // loss stays the same until the whole of it fits.
        let dear = by_starving && self.capacity >= CHEAP;
        if dear && self.futility.stops_growth(self.capacity, loss) {
            return self.capacity;
        }
        self.starving = Some(Starving {
            capacity: self.capacity,
            epochs_left: MEMORY,
        });
        // What was lost says nothing about the capacity that comes now.
        self.loss = 0.0;
        if loss > SEVERE {
            self.capacity.saturating_mul(2)
        } else {
            self.capacity.saturating_add(self.capacity.div_ceil(4))
        }
    }

    fn without_the_queue(&self) -> usize {
        let smaller =
            self.capacity - (self.standing - self.standing.div_ceil(4)).min(self.capacity);
        match self.starving {
            Some(Starving { capacity, .. }) => smaller
                .max(capacity.saturating_add(capacity.div_ceil(4)))
                .min(self.capacity),
            None => smaller,
        }
    }

    fn age(&mut self) {
        self.starving = self
            .starving
            .filter(|starving| starving.epochs_left > 0)
            .map(|starving| Starving {
                epochs_left: starving.epochs_left - 1,
                ..starving
            });
        self.futility.age();
    }
}

/// How fast the inlet takes messages while it has some: a moving average.
#[derive(Debug, Default)]
struct Rate {
    /// In thousandths, so that the average of small counts keeps its digits.
    served: u128,
    busy: u128,
}

impl Rate {
    fn learn(&mut self, epoch: &Epoch) {
        let (served, busy) = (u128::from(epoch.served) * 1_000, epoch.busy.as_nanos());
        if self.busy == 0 {
            (self.served, self.busy) = (served, busy);
        } else {
            self.served = (7 * self.served + 3 * served) / 10;
            self.busy = (7 * self.busy + 3 * busy) / 10;
        }
    }

    /// How many messages are served within `time`.
    fn within(&self, time: Duration) -> usize {
        self.served
            .saturating_mul(time.as_nanos())
            .div_ceil(1_000)
            .checked_div(self.busy)
            .map_or(usize::MAX, |count| {
                usize::try_from(count).unwrap_or(usize::MAX)
            })
    }
}

/// Notices when growing does not help, as with pauses longer than any buffer.
#[derive(Debug, Default)]
struct Futility {
    /// The capacity and the loss from which growth is judged.
    from: Option<(usize, f64)>,
    average: f64,
    barred_epochs: u32,
}

impl Futility {
    /// Four times the capacity must have cut the loss by a quarter.
    fn stops_growth(&mut self, capacity: usize, loss: f64) -> bool {
        if self.barred_epochs > 0 {
            return true;
        }
        // Single epochs with pauses in them differ too much to be compared.
        self.average = match self.from {
            None => loss,
            Some(_) => 0.5 * (self.average + loss),
        };
        match self.from {
            Some((first, before)) if capacity >= first.saturating_mul(4) => {
                self.from = Some((capacity, self.average));
                if self.average.min(loss) > 0.75 * before {
                    self.barred_epochs = MEMORY;
                }
            }
            Some((first, _)) if capacity < first => self.from = Some((capacity, loss)),
            Some(_) => {}
            None => self.from = Some((capacity, loss)),
        }
        self.barred_epochs > 0
    }

    fn age(&mut self) {
        self.barred_epochs = self.barred_epochs.saturating_sub(1);
    }
}
