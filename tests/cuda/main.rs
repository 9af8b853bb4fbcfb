//! CUDA devices, on the emulator: what a test finds here was seen on no device.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that fails says where"
)]

mod backend;
mod conformance;
mod dense;
mod device;
#[path = "../support/emulator.rs"]
mod emulator;
mod forest;
mod graphs;
mod models;
mod ops;
mod pressure;
mod stages;
mod trees;
