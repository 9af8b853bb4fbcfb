//! The stage in front of a device never lets it starve: real stage, edges and
//! source in simulated time, beside an infinite queue in front of the device
//! and beside batches that never reach across messages.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run has nothing else to do"
)]

mod figures;
mod starvation;
#[path = "../support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "nothing here is measured in turns"
)]
mod support;

use std::process::ExitCode;

use starvation::{Outcome, SHORT, Setting};
use support::Bench;

/// How many rows a run has whose figures are published.
const LONG: usize = 100_000;

fn main() -> ExitCode {
    let mut bench = Bench::new("gpu");
    // scripts/compare-forest writes there too.
    bench.is_shared = true;
    let (seeds, rows) = if bench.short { (1, SHORT) } else { (9, LONG) };
    let run = |what, setting| {
        let outcomes = (0..seeds).map(|seed| Outcome::of(&setting, seed, rows));
        let outcomes: Vec<_> = outcomes.collect();
        for (seed, outcome) in outcomes.iter().enumerate() {
            println!("{what}, seed {seed}: {outcome}");
        }
        outcomes
    };
    let usual = run("bursts of 8", Setting::USUAL);
    let heavy = run("bursts of 128", Setting::HEAVY);
    figures::add(&mut bench, &usual, &heavy);
    // Simulated time is exact, so each seed is judged, in a short run too.
    let usual = usual.iter().map(Outcome::verdict);
    let missed = usual
        .chain(heavy.iter().map(Outcome::not_starved))
        .find_map(Result::err);
    let judged = bench.finish();
    match missed {
        Some(reason) => {
            println!("{reason}");
            ExitCode::FAILURE
        }
        None => judged,
    }
}
