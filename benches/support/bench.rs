use std::collections::BTreeMap;
use std::env;
use std::hint::black_box;
use std::ops::RangeInclusive;
use std::process::ExitCode;

use cpu_time::ProcessTime;

use super::figure::{self, Figure, quartile};
use super::table;

/// One more than a multiple of four, so that each quartile is a round.
const ROUNDS: usize = 101;
const SHORT_ROUNDS: usize = 3;
const WARM_UP_ROUNDS: usize = 2;

/// Does the given amount of work and returns a number that proves it.
pub(crate) type Work<'a> = dyn FnMut(u64) -> u64 + 'a;

/// What a comparison is to show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim {
    /// The name under which the figure is published.
    pub(crate) name: &'static str,
    /// Whom we are compared with.
    pub(crate) peer: &'static str,
    /// Our time divided by the peer's is to be at most this; infinite if the
    /// figure is not judged.
    pub(crate) at_most: f64,
    /// How much work each side does in a round.
    pub(crate) amount: u32,
    /// How much it does in a round of a short run.
    pub(crate) short_amount: u32,
    /// What the work is counted in.
    pub(crate) unit: &'static str,
}

/// A run of one bench: measures claim after claim, then reports.
#[derive(Debug)]
pub(crate) struct Bench {
    name: &'static str,
    /// Others write figures into its file too, and theirs are kept.
    pub(crate) is_shared: bool,
    /// It is only to be seen that everything runs.
    pub(crate) short: bool,
    results: Vec<Measured>,
}

/// A figure with what is said about it.
#[derive(Debug)]
pub(crate) struct Measured {
    /// The name under which it is published.
    pub(crate) name: &'static str,
    pub(crate) figure: Figure,
    /// Within which it is to keep, if it is judged.
    pub(crate) limit: Option<RangeInclusive<f64>>,
    /// What stands beside it in the table.
    pub(crate) remark: String,
}

impl Bench {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            is_shared: false,
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
        our_work: impl FnMut(u64) -> u64,
        their_work: impl FnMut(u64) -> u64,
    ) {
        let peer = claim.peer;
        self.compare_with_best(claim, our_work, vec![(peer, Box::new(their_work))]);
    }

    /// Measures us and several peers; the figure is about the fastest of them,
    /// whose name takes the place of the claim's `peer`.
    ///
    /// # Panics
    ///
    /// Panics if the sides do not all return the same number.
    pub(crate) fn compare_with_best<'a>(
        &mut self,
        claim: Claim,
        our_work: impl FnMut(u64) -> u64 + 'a,
        peers: Vec<(&'static str, Box<Work<'a>>)>,
    ) {
        let (rounds, amount) = if self.short {
            (SHORT_ROUNDS, claim.short_amount)
        } else {
            (ROUNDS, claim.amount)
        };
        let (names, their_work): (Vec<_>, Vec<_>) = peers.into_iter().unzip();
        let mut sides: Vec<Box<Work<'a>>> = vec![Box::new(our_work)];
        sides.extend(their_work);
        let mut times = vec![Vec::new(); sides.len()];
        for round in 0..WARM_UP_ROUNDS + rounds {
            let mut proof = None;
            for turn in 0..sides.len() {
                // Each side comes first in turn: the next one finds what it
                // has left in the caches.
                let side = (round + turn) % sides.len();
                let timed = timed(&mut *sides[side], amount);
                assert_eq!(
                    *proof.get_or_insert(timed.proof),
                    timed.proof,
                    "{}: the sides have not done the same work",
                    claim.name
                );
                if round >= WARM_UP_ROUNDS {
                    times[side].push(timed.seconds_per_unit);
                }
            }
        }
        let ours = times.remove(0);
        let peers = names.into_iter().zip(times);
        let Some((peer, theirs)) =
            peers.min_by(|(_, a), (_, b)| quartile(a, 2).total_cmp(&quartile(b, 2)))
        else {
            return;
        };
        let ratios: Vec<_> = ours
            .iter()
            .zip(&theirs)
            .map(|(our, their)| our / their)
            .collect();
        self.add(Measured {
            name: claim.name,
            figure: Figure::new(&ratios, "ratio of CPU time", peer),
            limit: claim.at_most.is_finite().then_some(0.0..=claim.at_most),
            remark: format!(
                "{:>11} {:>11}  per {}, {peer}",
                table::readable(quartile(&ours, 2)),
                table::readable(quartile(&theirs, 2)),
                claim.unit,
            ),
        });
    }

    /// Adds a figure to those of this run.
    pub(crate) fn add(&mut self, measured: Measured) {
        self.results.push(measured);
    }

    /// Prints the table, writes the figures, and tells whether all claims hold.
    pub(crate) fn finish(self) -> ExitCode {
        table::print(self.name, &self.results);
        if self.short {
            println!("a short run: nothing is written, nothing is judged");
            return ExitCode::SUCCESS;
        }
        let figures: BTreeMap<_, _> = self
            .results
            .iter()
            .map(|one| (one.name, &one.figure))
            .collect();
        let mut code = ExitCode::SUCCESS;
        match figure::write(self.name, &figures, self.is_shared) {
            Ok(path) => println!("figures in {}", path.display()),
            Err(error) => {
                println!("cannot write the figures: {error}");
                code = ExitCode::FAILURE;
            }
        }
        for one in &self.results {
            let limit = one.limit.as_ref();
            if limit.is_some_and(|limit| !limit.contains(&one.figure.median)) {
                println!("{} is past its limit", one.name);
                code = ExitCode::FAILURE;
            }
        }
        code
    }
}

fn is_short() -> bool {
    let asked_for = env::args().any(|argument| argument == "--short")
        || env::var_os("MILLPOND_BENCH").is_some_and(|value| value == "short");
    // `cargo bench` gives `--bench`; `cargo test --benches` does not, and may
    // have built without optimisation.
    let measuring = env::args().any(|argument| argument == "--bench");
    asked_for || !measuring
}

struct Round {
    seconds_per_unit: f64,
    proof: u64,
}

fn timed(work: &mut Work<'_>, amount: u32) -> Round {
    let start = ProcessTime::now();
    let proof = black_box(work(black_box(amount.into())));
    Round {
        seconds_per_unit: start.elapsed().as_secs_f64() / f64::from(amount),
        proof,
    }
}
