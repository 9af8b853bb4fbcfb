//! Finds anomalies in network traffic: packets are gathered into windows per
//! flow, and decision trees score each window.
//!
//! The program is the command line of millpond with the stages of this
//! example: `network_anomaly run examples/network_anomaly/network.toml` runs
//! it all. `scripts/workflow network` makes packets, trains a model on them,
//! and checks what it finds in others.

mod packets;
mod random;
#[cfg(test)]
mod tests;
mod windows;

use std::process::ExitCode;

fn main() -> ExitCode {
    millpond::cli::main()
}
