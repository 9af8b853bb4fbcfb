//! Pipelines from data: reading, printing, checking and building specs.

#![cfg(feature = "spec")]
#![expect(
    clippy::unwrap_used,
    reason = "a spec that cannot be read fails the test"
)]

#[path = "spec/mistakes.rs"]
mod mistakes;
#[path = "spec/overrides.rs"]
mod overrides;
#[path = "spec/pages.rs"]
mod pages;
#[path = "spec/random.rs"]
mod random;
#[path = "spec/read.rs"]
mod read;
#[path = "spec/round_trip.rs"]
mod round_trip;
#[path = "spec/run.rs"]
mod run;
#[path = "spec/schema.rs"]
mod schema;
#[path = "spec/stages.rs"]
mod stages;
