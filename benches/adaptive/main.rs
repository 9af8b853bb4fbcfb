//! Edges that size themselves: throughput and time in queue beside edges of a
//! fixed size, through real edges and nodes in simulated time.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run has nothing else to do"
)]

mod figures;
mod hop;
mod picture;
#[path = "../support/simulated/mod.rs"]
mod simulated;
mod suite;
#[path = "../support/mod.rs"]
mod support;
mod table;

use std::process::ExitCode;

use simulated::Kind;
use suite::{ROUNDS, Suite};
use support::Bench;

fn main() -> ExitCode {
    let mut bench = Bench::new("adaptive");
    let rounds = if bench.short { 1 } else { ROUNDS };
    let remote = Suite::run(Kind::Remote, rounds, bench.short);
    table::print("between workers", &remote);
    // Without wakes between threads both kinds do the same: once shows it.
    let local = Suite::run(Kind::Local, 1, bench.short);
    table::print("within a worker", &local);
    figures::add(&mut bench, &remote, &local);
    hop::compare(&mut bench);
    if !bench.short {
        match picture::draw() {
            Ok(path) => println!("picture in {}", path.display()),
            Err(error) => {
                println!("cannot write the picture: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    bench.finish()
}
