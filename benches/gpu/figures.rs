use super::starvation::Outcome;
use super::support::Bench;
use super::support::bench::Measured;
use super::support::figure::Figure;

/// Adds the figures of all seeds.
pub(super) fn add(bench: &mut Bench, usual: &[Outcome], heavy: &[Outcome]) {
    let mut add = |name, outcomes: &[Outcome], unit, peer, limit, value: fn(&Outcome) -> f64| {
        let values: Vec<_> = outcomes.iter().map(value).collect();
        bench.add(Measured {
            name,
            figure: Figure::new(&values, unit, peer),
            limit: Some(limit),
            remark: "simulated time".to_owned(),
        });
    };
    add(
        "busy_vs_infinite_queue",
        usual,
        "ratio of shares of time",
        "an infinite queue",
        Outcome::BUSY_AT_LEAST..=f64::INFINITY,
        |one| one.busy_vs_infinite_queue,
    );
    add(
        "throughput_vs_infinite_queue",
        usual,
        "ratio of rows per time",
        "an infinite queue",
        Outcome::THROUGHPUT_AT_LEAST..=f64::INFINITY,
        |one| one.throughput_vs_infinite_queue,
    );
    add(
        "p99_wait_batches",
        usual,
        "times of a full batch",
        "none",
        0.0..=Outcome::WAIT_AT_MOST,
        |one| one.p99_wait_batches,
    );
    add(
        "p99_wait_added_batches",
        heavy,
        "times of a full batch",
        "an infinite queue",
        f64::NEG_INFINITY..=Outcome::WAIT_ADDED_AT_MOST,
        |one| one.p99_wait_added,
    );
    add(
        "throughput_vs_sequential_large",
        heavy,
        "ratio of rows per time",
        "the same, messages of 128 rows",
        1.0..=f64::INFINITY,
        |one| one.throughput_vs_sequential,
    );
    add(
        "throughput_vs_sequential",
        usual,
        "ratio of rows per time",
        "one batch per message of 8 rows, one after another",
        1.0..=f64::INFINITY,
        |one| one.throughput_vs_sequential,
    );
}
