//! The program `millpond`, as a user has it.
#![cfg(feature = "cli")]
#![expect(clippy::tests_outside_test_module, reason = "a test crate is one")]

#[path = "cli/completions.rs"]
mod completions;
#[path = "cli/made.rs"]
mod made;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/program.rs"]
mod program;
#[cfg(unix)]
#[path = "cli/signals.rs"]
mod signals;
#[path = "cli/snapshots.rs"]
mod snapshots;
