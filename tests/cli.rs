//! The program `millpond`, as a user has it.
#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

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
