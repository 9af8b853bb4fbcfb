use std::ops::RangeInclusive;

use super::simulated::Outcome;
use super::suite::{Round, Row, Suite};
use super::support::Bench;
use super::support::bench::Measured;
use super::support::figure::Figure;

/// Adds what the scenarios are to show to the figures of the bench.
pub(crate) fn add(bench: &mut Bench, remote: &Suite, local: &Suite) {
    throughput(bench, remote, local);
    time_in_queue(bench, remote, local);
    batch_model(bench, remote, local);
    convergence(bench, remote, local);
}

/// What one round of several scenarios comes to.
struct Shown<'a> {
    name: &'static str,
    unit: &'static str,
    peer: &'static str,
    limit: RangeInclusive<f64>,
    remark: &'static str,
    /// The scenarios, of both kinds of edges.
    rows: Vec<&'a Row>,
}

impl<'a> Shown<'a> {
    fn of(mut self, suites: [&'a Suite; 2], keys: &'a str) -> Self {
        self.rows = suites.iter().flat_map(|suite| suite.of(keys)).collect();
        self
    }

    /// In each round the scenario counts that is worst by `worse`.
    fn add(self, bench: &mut Bench, worse: fn(f64, f64) -> f64, figure: impl Fn(&Round) -> f64) {
        let count = self.rows.iter().map(|row| row.rounds.len()).max();
        let count = count.unwrap_or(0);
        let rounds: Vec<_> = (0..count)
            .filter_map(|round| {
                let runs = self.rows.iter().filter_map(|row| row.rounds.get(round));
                runs.map(&figure).reduce(worse)
            })
            .collect();
        bench.add(Measured {
            name: self.name,
            figure: Figure::new(&rounds, self.unit, self.peer),
            limit: Some(self.limit),
            remark: self.remark.into(),
        });
    }
}

fn throughput(bench: &mut Bench, remote: &Suite, local: &Suite) {
    let suites = [remote, local];
    for (name, keys, least, remark) in [
        (
            "worst_throughput_a_d_g_j",
            "ABCDGHIJ",
            0.97,
            "A to D and G to J",
        ),
        ("worst_throughput_e_f", "EF", 0.95, "heavy tails"),
        (
            "worst_throughput_chains_fan_in",
            "OPQ",
            0.97,
            "three hops, four sources",
        ),
    ] {
        Shown {
            name,
            unit: "share of throughput",
            peer: "unbounded edges",
            limit: least..=f64::INFINITY,
            remark,
            rows: Vec::new(),
        }
        .of(suites, keys)
        .add(bench, f64::min, |round| round.share(&round.adaptive));
    }
    Shown {
        name: "worst_throughput_below_fixed16",
        unit: "share of throughput lost",
        peer: "edges of 16",
        limit: 0.0..=0.005,
        remark: "all scenarios",
        rows: Vec::new(),
    }
    .of(suites, "ABCDEFGHIJKLMNOPQ")
    .add(bench, f64::max, |round| {
        (round.share(&round.fixed16) - round.share(&round.adaptive)).max(0.0)
    });
}

fn time_in_queue(bench: &mut Bench, remote: &Suite, local: &Suite) {
    for (name, keys, most, remark) in [
        ("consumer_bound_p99_vs_fixed128", "BH", 0.15, "B and H"),
        ("balanced_p99_vs_fixed128", "A", 0.60, "A"),
    ] {
        Shown {
            name,
            unit: "ratio of 99th percentiles",
            peer: "edges of 128",
            limit: 0.0..=most,
            remark,
            rows: Vec::new(),
        }
        .of([remote, local], keys)
        .add(bench, f64::max, |round| {
            ratio(&round.adaptive, &round.fixed128)
        });
    }
}

fn batch_model(bench: &mut Bench, remote: &Suite, local: &Suite) {
    Shown {
        name: "batch_model_p99_vs_fixed1024",
        unit: "ratio of 99th percentiles",
        peer: "edges of 1024",
        limit: 0.0..=0.2,
        remark: "M",
        rows: Vec::new(),
    }
    .of([remote, local], "M")
    .add(bench, f64::max, |round| {
        ratio(&round.adaptive, &round.fixed1024)
    });
    Shown {
        name: "batch_model_throughput",
        unit: "share of throughput",
        peer: "the best fixed size",
        limit: 0.98..=f64::INFINITY,
        remark: "M",
        rows: Vec::new(),
    }
    .of([remote, local], "M")
    .add(bench, f64::min, |round| {
        let fixed = [
            &round.fixed16,
            &round.fixed128,
            &round.fixed1024,
            &round.unbounded,
        ];
        let best = fixed.map(|outcome| outcome.messages);
        round.adaptive.messages / best.into_iter().fold(0.0, f64::max)
    });
}

fn convergence(bench: &mut Bench, remote: &Suite, local: &Suite) {
    for (name, from) in [
        (
            "epochs_to_converge_from_2",
            (|round| &round.from_2) as fn(&Round) -> &Outcome,
        ),
        ("epochs_to_converge_from_1024", |round| &round.from_1024),
    ] {
        Shown {
            name,
            unit: "epochs",
            peer: "none",
            limit: 0.0..=100.0,
            remark: "until within half of, or 4 slots from, the mean capacity of the last half",
            rows: Vec::new(),
        }
        .of([remote, local], "ABCDEFGHIJ")
        .add(bench, f64::max, |round| from(round).epochs_to_converge());
    }
}

fn ratio(ours: &Outcome, theirs: &Outcome) -> f64 {
    ours.p99.div_duration_f64(theirs.p99)
}
