//! Finds anomalies in network traffic: packets are gathered into windows per
//! flow, and decision trees score each window.
//!
//! `network_anomaly [--model FILE] [--device cpu|cuda:0|auto] PACKETS OUTPUT`
//! writes a line of JSON for each window. With anything else behind it, the
//! program is the command line of millpond with the stages of this example:
//! `network_anomaly run examples/network_anomaly/network.toml` is the same
//! pipeline from a spec. `scripts/workflow network` makes packets, trains a
//! model on them, and checks what it finds in others.

mod arguments;
mod packets;
mod pipeline;
mod random;
#[cfg(test)]
mod tests;
mod windows;

use std::process::ExitCode;

use arguments::{Arguments, Asked};

fn main() -> ExitCode {
    match Arguments::from_env() {
        Asked::Run(arguments) => pipeline::run(arguments),
        Asked::CommandLine => millpond::cli::main(),
        Asked::Wrong(reason) => {
            eprintln!("network_anomaly: {reason}");
            ExitCode::from(2)
        }
    }
}
