use std::time::Duration;

use super::service::Times;

/// Who sends what to whom, and how long each takes.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// Its letter.
    pub(crate) key: &'static str,
    pub(crate) what: &'static str,
    /// Sources, each with an edge to the next node.
    pub(crate) sources: &'static [Times],
    /// Nodes between, each with an edge to the next.
    pub(crate) middle: &'static [Times],
    pub(crate) consumer: Consumer,
    /// What a wake from another worker takes.
    pub(crate) wake: Duration,
    /// How long it is watched.
    pub(crate) lasts: Duration,
}

/// What the last node does with its messages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Consumer {
    /// It takes one after the other.
    Each(Times),
    /// It takes what is there, up to a number.
    Batches {
        at_most: usize,
        fixed: Duration,
        per_message: Duration,
    },
}

const fn us(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

const fn exponential(micros: u64) -> Times {
    Times::Exponential(us(micros))
}

const LOGNORMAL: Times = Times::Lognormal {
    mean: us(10),
    deviation: 1.5,
};

const BURSTS: Times = Times::Bursts {
    size: 64,
    gap: us(711),
};

/// One edge, two nodes that are never waited for elsewhere.
const ONE_EDGE: Scenario = Scenario {
    key: "",
    what: "",
    sources: &[exponential(10)],
    middle: &[],
    consumer: Consumer::Each(exponential(10)),
    wake: Duration::ZERO,
    lasts: Duration::from_secs(6),
};

/// The scenarios, by their letters.
pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        key: "A",
        what: "balanced, exponential 10 µs",
        ..ONE_EDGE
    },
    Scenario {
        key: "B",
        what: "consumer half as fast",
        consumer: Consumer::Each(exponential(20)),
        ..ONE_EDGE
    },
    Scenario {
        key: "C",
        what: "producer half as fast",
        sources: &[exponential(20)],
        ..ONE_EDGE
    },
    Scenario {
        key: "D",
        what: "bursts of 64, load 0.9",
        sources: &[BURSTS],
        ..ONE_EDGE
    },
    Scenario {
        key: "E",
        what: "consumer pauses for 1 ms, 1 in 200",
        sources: &[exponential(15)],
        consumer: Consumer::Each(Times::Pausing {
            mean: us(10),
            pause: us(1_000),
            probability: 0.005,
        }),
        ..ONE_EDGE
    },
    Scenario {
        key: "F",
        what: "both lognormal, deviation 1.5",
        sources: &[LOGNORMAL],
        consumer: Consumer::Each(LOGNORMAL),
        ..ONE_EDGE
    },
    Scenario {
        key: "G",
        what: "1.0 and 1.0 µs, wakes take 5 µs",
        sources: &[Times::Fixed(us(1))],
        consumer: Consumer::Each(Times::Fixed(us(1))),
        wake: us(5),
        lasts: Duration::from_secs(1),
        ..ONE_EDGE
    },
    Scenario {
        key: "H",
        what: "1.0 and 1.2 µs, wakes take 5 µs",
        sources: &[Times::Fixed(us(1))],
        consumer: Consumer::Each(Times::Fixed(Duration::from_nanos(1_200))),
        wake: us(5),
        lasts: Duration::from_secs(1),
        ..ONE_EDGE
    },
    Scenario {
        key: "I",
        what: "balanced, exponential 1 ms",
        sources: &[exponential(1_000)],
        consumer: Consumer::Each(exponential(1_000)),
        lasts: Duration::from_mins(1),
        ..ONE_EDGE
    },
    Scenario {
        key: "J",
        what: "batches of 64, 500 + 5 µs each",
        consumer: Consumer::Batches {
            at_most: 64,
            fixed: us(500),
            per_message: us(5),
        },
        ..ONE_EDGE
    },
    Scenario {
        key: "K",
        what: "batches of 128, 500 + 5 µs each",
        consumer: Consumer::Batches {
            at_most: 128,
            fixed: us(500),
            per_message: us(5),
        },
        ..ONE_EDGE
    },
    Scenario {
        key: "L",
        what: "B, then A, then D, for 2 s each",
        sources: &[Times::Phases {
            each: Duration::from_secs(2),
            times: &[exponential(10), exponential(10), BURSTS],
        }],
        consumer: Consumer::Each(Times::Phases {
            each: Duration::from_secs(2),
            times: &[exponential(20), exponential(10), exponential(10)],
        }),
        ..ONE_EDGE
    },
    Scenario {
        key: "M",
        what: "batches of 64, 2 ms + 20 µs each",
        sources: &[Times::Fixed(us(10))],
        consumer: Consumer::Batches {
            at_most: 64,
            fixed: us(2_000),
            per_message: us(20),
        },
        ..ONE_EDGE
    },
    Scenario {
        key: "N",
        what: "one in 100 takes 500 µs, others 5 µs",
        sources: &[exponential(10)],
        consumer: Consumer::Each(Times::Bimodal {
            mostly: us(5),
            seldom: us(500),
            probability: 0.01,
        }),
        ..ONE_EDGE
    },
    Scenario {
        key: "O",
        what: "three hops, exponential 10 µs each",
        middle: &[exponential(10), exponential(10)],
        ..ONE_EDGE
    },
    Scenario {
        key: "P",
        what: "three hops, the last half as fast",
        middle: &[exponential(10), exponential(10)],
        consumer: Consumer::Each(exponential(20)),
        ..ONE_EDGE
    },
    Scenario {
        key: "Q",
        what: "four sources of 40 µs, merged",
        sources: &[
            exponential(40),
            exponential(40),
            exponential(40),
            exponential(40),
        ],
        ..ONE_EDGE
    },
];
