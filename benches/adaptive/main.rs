//! Edges that size themselves, in simulated time.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(
    clippy::expect_used,
    reason = "a bench that cannot run has nothing else to do"
)]

#[path = "../support/simulated/mod.rs"]
mod simulated;

use simulated::{Kind, SCENARIOS, Setting, run};

fn main() {
    for kind in [Kind::Remote, Kind::Local] {
        for scenario in SCENARIOS {
            let start = std::time::Instant::now();
            let best = run(scenario, kind, Setting::Unbounded, 1);
            print!("{} {:<40}", scenario.key, scenario.what);
            print!(" {:>8} {:>9.1?}", best.messages, best.p99);
            for capacity in [16, 128, 1024] {
                let fixed = run(scenario, kind, Setting::Fixed(capacity), 1);
                print!(" {:>6.1}% {:>9.1?}", 100. * fixed.messages / best.messages, fixed.p99);
            }
            println!("  {:?}", start.elapsed());
        }
    }
}
