use std::thread;
use std::time::Duration;

use millpond::edge::Capacity;

use super::simulated::{Kind, Outcome, SCENARIOS, Scenario, Setting, run};

/// One more than a multiple of four, so that each quartile is a round.
pub(crate) const ROUNDS: u64 = 5;

/// A short run watches this much less of each scenario.
const SHORTER: u32 = 50;

/// Every scenario with every setting, several times.
pub(crate) struct Suite {
    pub(crate) rows: Vec<Row>,
}

/// A scenario with what it came to, round by round.
pub(crate) struct Row {
    pub(crate) scenario: Scenario,
    pub(crate) rounds: Vec<Round>,
}

/// What one seed gives with each setting.
pub(crate) struct Round {
    pub(crate) unbounded: Outcome,
    pub(crate) fixed16: Outcome,
    pub(crate) fixed128: Outcome,
    pub(crate) fixed1024: Outcome,
    /// With a target of 100 ms.
    pub(crate) adaptive: Outcome,
    /// With a target of 2 ms.
    pub(crate) interactive: Outcome,
    /// As `adaptive`, from a capacity of 2.
    pub(crate) from_2: Outcome,
    /// As `adaptive`, from a capacity of 1,024.
    pub(crate) from_1024: Outcome,
}

impl Suite {
    pub(crate) fn run(kind: Kind, rounds: u64, short: bool) -> Self {
        let rows = SCENARIOS.iter().map(|scenario| {
            let lasts = scenario.lasts / if short { SHORTER } else { 1 };
            let scenario = Scenario { lasts, ..*scenario };
            Row {
                rounds: at_once(rounds, |seed| Round::run(&scenario, kind, seed)),
                scenario,
            }
        });
        Self {
            rows: rows.collect(),
        }
    }

    /// The scenarios with these letters.
    pub(crate) fn of<'a>(&'a self, keys: &'a str) -> impl Iterator<Item = &'a Row> {
        let is_meant = move |row: &&Row| keys.contains(row.scenario.key);
        self.rows.iter().filter(is_meant)
    }
}

/// What each seed gives. Each has a clock of its own, so they may run at once.
fn at_once<R: Send>(seeds: u64, run: impl Fn(u64) -> R + Sync) -> Vec<R> {
    let run = &run;
    thread::scope(|threads| {
        let started: Vec<_> = (1..=seeds)
            .map(|seed| threads.spawn(move || run(seed)))
            .collect();
        started
            .into_iter()
            .map(|round| round.join().expect("no round panics"))
            .collect()
    })
}

impl Round {
    fn run(scenario: &Scenario, kind: Kind, seed: u64) -> Self {
        let run = |setting| run(scenario, kind, setting, seed);
        let adaptive = Capacity::adaptive();
        Self {
            unbounded: run(Setting::Unbounded),
            fixed16: run(Setting::Fixed(16)),
            fixed128: run(Setting::Fixed(128)),
            fixed1024: run(Setting::Fixed(1_024)),
            adaptive: run(Setting::Adaptive(adaptive)),
            interactive: run(Setting::Adaptive(Capacity::interactive())),
            from_2: run(Setting::From(2, adaptive)),
            from_1024: run(Setting::From(1_024, adaptive)),
        }
    }

    /// The throughput of a run as a share of what unbounded edges give.
    pub(crate) fn share(&self, outcome: &Outcome) -> f64 {
        outcome.messages / self.unbounded.messages
    }
}

impl Row {
    /// The median over the rounds.
    pub(crate) fn median(&self, figure: impl Fn(&Round) -> f64) -> f64 {
        let mut figures: Vec<_> = self.rounds.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    }

    pub(crate) fn median_time(&self, time: impl Fn(&Round) -> Duration) -> Duration {
        Duration::from_secs_f64(self.median(|round| time(round).as_secs_f64()))
    }
}
