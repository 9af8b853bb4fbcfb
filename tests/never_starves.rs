//! The limits of `benches/gpu` are kept, and they are limits: a stage that is
//! worse misses them. In simulated time, hence exact.

#![expect(clippy::expect_used, reason = "a test that fails says where")]

#[path = "../benches/gpu/starvation/mod.rs"]
mod starvation;

use starvation::{Outcome, SHORT, Setting, scaled};

fn outcome(setting: Setting, seed: u64) -> Outcome {
    Outcome::of(&setting, seed, SHORT)
}

#[test]
fn the_device_is_as_busy_as_behind_an_infinite_queue() {
    for seed in 0..3 {
        let outcome = outcome(Setting::USUAL, seed);

        assert_eq!(outcome.verdict(), Ok(()), "seed {seed}: {outcome}");
        assert!(outcome.throughput_vs_sequential > 2.0, "{outcome}");
    }
}

#[test]
fn heavy_bursts_wait_no_longer_than_behind_an_infinite_queue() {
    let outcome = outcome(Setting::HEAVY, 0);

    assert_eq!(outcome.not_starved(), Ok(()), "{outcome}");
    assert!(
        outcome.verdict().is_err(),
        "they wait all the same: {outcome}"
    );
}

#[test]
fn a_stage_with_one_slot_misses_the_limits() {
    let one_slot = Setting {
        slots: 1,
        ..Setting::USUAL
    };

    let outcome = outcome(one_slot, 0);

    assert!(outcome.verdict().is_err(), "{outcome}");
}

#[test]
fn a_stage_that_waits_too_long_for_a_batch_misses_the_limits() {
    let patient = Setting {
        max_items: 256,
        max_wait: scaled(1_000_000),
        slots: 2,
        ..Setting::USUAL
    };
    let larger = Setting {
        max_items: 4_096,
        ..patient
    };

    let (patient, larger) = (outcome(patient, 0), outcome(larger, 0));

    assert_eq!(patient.verdict(), Ok(()), "its batches fill: {patient}");
    assert!(larger.verdict().is_err(), "{larger}");
}
