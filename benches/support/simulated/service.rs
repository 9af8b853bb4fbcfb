use std::f64::consts::TAU;
use std::time::Duration;

/// How long something takes, time after time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Times {
    /// Always the same.
    Fixed(Duration),
    /// Memoryless, with this mean.
    Exponential(Duration),
    /// With this mean, its logarithm normal with this deviation: heavy-tailed.
    Lognormal { mean: Duration, deviation: f64 },
    /// One of two: `seldom` with the given probability.
    Bimodal {
        mostly: Duration,
        seldom: Duration,
        probability: f64,
    },
    /// Memoryless, and with the given probability a pause besides.
    Pausing {
        mean: Duration,
        pause: Duration,
        probability: f64,
    },
    /// So many at once, then a memoryless gap with this mean.
    Bursts { size: u32, gap: Duration },
    /// Each of these for so long, and the last until the end.
    Phases {
        each: Duration,
        times: &'static [Self],
    },
}

/// A sequence of service times, the same for the same seed.
#[derive(Debug)]
pub(crate) struct Service {
    times: Times,
    random: Random,
    /// How many of the current burst are left.
    left: u32,
}

impl Service {
    pub(crate) fn new(times: Times, seed: u64) -> Self {
        Self {
            times,
            random: Random(seed),
            left: 0,
        }
    }

    /// How long the next one takes, which begins at this time of the simulation.
    pub(crate) fn next(&mut self, now: Duration) -> Duration {
        self.draw(self.times, now)
    }

    fn draw(&mut self, times: Times, now: Duration) -> Duration {
        match times {
            Times::Fixed(time) => time,
            Times::Exponential(mean) => self.random.exponential(mean),
            Times::Lognormal { mean, deviation } => {
                // Less half the variance, so that the mean is what it says.
                let logarithm = deviation * self.random.normal() - deviation * deviation / 2.0;
                mean.mul_f64(logarithm.exp())
            }
            Times::Bimodal {
                mostly,
                seldom,
                probability,
            } => {
                if self.random.uniform() < probability {
                    seldom
                } else {
                    mostly
                }
            }
            Times::Pausing {
                mean,
                pause,
                probability,
            } => {
                let paused = self.random.uniform() < probability;
                self.random.exponential(mean) + if paused { pause } else { Duration::ZERO }
            }
            Times::Bursts { size, gap } => {
                if self.left == 0 {
                    self.left = size - 1;
                    self.random.exponential(gap)
                } else {
                    self.left -= 1;
                    Duration::ZERO
                }
            }
            Times::Phases { each, times } => {
                let phase = now.div_duration_f64(each);
                let begun = times.iter().zip(0_u32..);
                let current = begun
                    .take_while(|(_, number)| f64::from(*number) <= phase)
                    .last();
                current.map_or(Duration::ZERO, |(times, _)| self.draw(*times, now))
            }
        }
    }
}

/// Numbers that look random: a counter whose bits are mixed.
#[derive(Debug)]
struct Random(u64);

impl Random {
    /// At least 0 and less than 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        for (shift, factor) in [(30, 0xbf58_476d_1ce4_e5b9), (27, 0x94d0_49bb_1331_11eb)] {
            bits = (bits ^ (bits >> shift)).wrapping_mul(factor);
        }
        bits ^= bits >> 31;
        // The bits of a number from 1 up to 2.
        f64::from_bits(1.0_f64.to_bits() | (bits >> 12)) - 1.0
    }

    fn exponential(&mut self, mean: Duration) -> Duration {
        mean.mul_f64(-(1.0 - self.uniform()).ln())
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (TAU * self.uniform()).cos()
    }
}
