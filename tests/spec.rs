//! Pipelines from data: reading, printing, checking and building specs.

#![cfg(feature = "spec")]
#![expect(
    clippy::unwrap_used,
    reason = "a spec that cannot be read fails the test"
)]

#[path = "spec/read.rs"]
mod read;
#[path = "spec/round_trip.rs"]
mod round_trip;
