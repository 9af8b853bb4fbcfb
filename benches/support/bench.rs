use std::collections::BTreeMap;
use std::env;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use cpu_time::ProcessTime;

use super::figure::{self, Figure, quantile};

/// Odd, so that the median is a round that took place.
const ROUNDS: usize = 41;
const SHORT_ROUNDS: usize = 3;
const WARM_UP_ROUNDS: usize = 2;

/// What a comparison is to show.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The name under which the figure is published.
    pub(crate) name: &'static str,
    /// Whom we are compared with.
    pub(crate) peer: &'static str,
    /// Our time divided by the peer's is to be at most this.
    pub(crate) at_most: f64,
    /// How much work each side does in a round.
    pub(crate) amount: u64,
    /// How much it does in a round of a short run.
    pub(crate) short_amount: u64,
    /// What the work is counted in.
    pub(crate) unit: &'static str,
}

/// A run of one bench: measures claim after claim, then reports.
#[derive(Debug)]
pub(crate) struct Bench {
    name: &'static str,
    short: bool,
    results: Vec<Measured>,
}

#[derive(Debug)]
struct Measured {
    claim: Claim,
    figure: Figure,
    /// Median nanoseconds per unit.
    ours: f64,
    theirs: f64,
}

impl Bench {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            short: is_short(),
            results: Vec::new(),
        }
    }

    /// Measures both sides, each a function that does the given amount of work
    /// and returns a number that proves it.
    ///
    /// # Panics
    ///
    /// Panics if the two sides do not return the same number.
    pub(crate) fn compare(
        &mut self,
        claim: Claim,
        mut ours: impl FnMut(u64) -> u64,
        mut theirs: impl FnMut(u64) -> u64,
    ) {
        let (rounds, amount) = if self.short {
            (SHORT_ROUNDS, claim.short_amount)
        } else {
            (ROUNDS, claim.amount)
        };
        let (mut our_times, mut their_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..WARM_UP_ROUNDS + rounds {
            // Who comes first finds the caches as the other has left them.
            let ((our_time, our_proof), (their_time, their_proof)) = if round % 2 == 0 {
                let ours = timed(&mut ours, amount);
                (ours, timed(&mut theirs, amount))
            } else {
                let theirs = timed(&mut theirs, amount);
                (timed(&mut ours, amount), theirs)
            };
            assert_eq!(our_proof, their_proof, "{}: the work differs", claim.name);
            if round >= WARM_UP_ROUNDS {
                our_times.push(per_unit(our_time, amount));
                their_times.push(per_unit(their_time, amount));
                ratios.push(our_time.as_secs_f64() / their_time.as_secs_f64());
            }
        }
        self.results.push(Measured {
            figure: Figure {
                median: quantile(&ratios, 0.5),
                q25: quantile(&ratios, 0.25),
                q75: quantile(&ratios, 0.75),
                unit: "ratio of CPU time",
                peer: claim.peer,
            },
            ours: quantile(&our_times, 0.5),
            theirs: quantile(&their_times, 0.5),
            claim,
        });
    }

    /// Prints the table, writes the figures, and tells whether all claims hold.
    pub(crate) fn finish(self) -> ExitCode {
        println!();
        println!(
            "{:<28} {:>8} {:>17} {:>9}  {:>10} {:>10}  peer",
            self.name, "ratio", "quartiles", "limit", "ours", "peer's",
        );
        for Measured {
            claim,
            figure,
            ours,
            theirs,
        } in &self.results
        {
            let quartiles = format!("{:.3} .. {:.3}", figure.q25, figure.q75);
            let limit = format!("<= {}", claim.at_most);
            println!(
                "{:<28} {:>8.3} {quartiles:>17} {limit:>9}  {ours:>10.2} {theirs:>10.2}  \
                 {} (ns per {})",
                claim.name, figure.median, claim.peer, claim.unit,
            );
        }
        println!();
        if self.short {
            println!("short run: figures are neither written nor held against their limits");
            return ExitCode::SUCCESS;
        }
        let figures: BTreeMap<_, _> = self
            .results
            .iter()
            .map(|result| (result.claim.name, &result.figure))
            .collect();
        let written = figure::write(self.name, &figures);
        match &written {
            Ok(path) => println!("figures in {}", path.display()),
            Err(error) => println!("cannot write the figures: {error}"),
        }
        let broken: Vec<_> = self
            .results
            .iter()
            .filter(|result| !result.holds())
            .collect();
        for Measured { claim, figure, .. } in &broken {
            println!(
                "{} is {:.3}, past its limit of {}",
                claim.name, figure.median, claim.at_most
            );
        }
        if written.is_ok() && broken.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl Measured {
    fn holds(&self) -> bool {
        self.figure.median <= self.claim.at_most
    }
}

fn is_short() -> bool {
    let asked_for = env::args().any(|argument| argument == "--short")
        || env::var_os("MILLPOND_BENCH").is_some_and(|value| value == "short");
    // `cargo bench` gives `--bench`; `cargo test --benches` does not, and
    // may have built without optimisation.
    let measuring = env::args().any(|argument| argument == "--bench");
    asked_for || !measuring
}

fn timed(work: &mut impl FnMut(u64) -> u64, amount: u64) -> (Duration, u64) {
    let start = ProcessTime::now();
    let proof = black_box(work(black_box(amount)));
    (start.elapsed(), proof)
}

fn per_unit(time: Duration, amount: u64) -> f64 {
    time.as_secs_f64() * 1e9 / amount as f64
}
