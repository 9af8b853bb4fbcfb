use super::simulated::Outcome;
use super::suite::{Round, Row, Suite};

/// One setting's part of a round.
type Of = fn(&Round) -> &Outcome;

const FIXED: [Of; 3] = [
    |round| &round.fixed16,
    |round| &round.fixed128,
    |round| &round.fixed1024,
];

const ADAPTIVE: [Of; 2] = [|round| &round.adaptive, |round| &round.interactive];

/// Prints what each scenario came to: the medians over its rounds.
pub(crate) fn print(edges: &str, suite: &Suite) {
    println!(
        "\n{:<42} {:>8} {:>15} {:>15} {:>15} {:>21} {:>21}",
        format!("edges {edges}"),
        "msg/s",
        "fixed 16",
        "fixed 128",
        "fixed 1024",
        "adaptive, 100 ms",
        "adaptive, 2 ms",
    );
    for row in &suite.rows {
        let per_second =
            row.median(|round| round.unbounded.messages) / row.scenario.lasts.as_secs_f64();
        print!(
            "{:<2}{:<40} {per_second:>8.0}",
            row.scenario.key, row.scenario.what
        );
        for fixed in FIXED {
            print!(" {}", trade(row, fixed));
        }
        for adaptive in ADAPTIVE {
            let capacity = row.median(|round| adaptive(round).capacity);
            print!(" {} {capacity:>5.0}", trade(row, adaptive));
        }
        println!();
    }
    println!(
        "throughput as a share of what unbounded edges give (msg/s), 99th percentile of the time \
         on edges, mean capacity;\nsimulated time, neither scaled nor rounded"
    );
}

/// What a setting gives, and what it costs.
fn trade(row: &Row, of: Of) -> String {
    let share = row.median(|round| round.share(of(round)));
    let p99 = row.median_time(|round| of(round).p99);
    format!("{:>5.1}% {:>8}", 100.0 * share, format!("{p99:.1?}"))
}
