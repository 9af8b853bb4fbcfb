//! Finds anomalies in network traffic: packets are gathered into windows per
//! flow, and decision trees score each window.
//!
//! `network_anomaly [--model FILE] [--device cpu|cuda:0|auto] PACKETS OUTPUT`
//! writes a line of JSON for each window. With a command of millpond's behind
//! it, the program is millpond's command line with the stages of this example:
//! `network_anomaly run examples/network_anomaly/network.toml` is the same
//! pipeline from a spec. `scripts/workflow network` makes packets, trains a
//! model on them, and checks what it finds in others.

mod arguments;
mod packets;
mod random;
#[cfg(test)]
mod tests;
mod windows;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use arguments::{Arguments, Asked};
use millpond::Pipeline;
use millpond::inference::InferJson;
use millpond::stages::{FromFile, ParseJson, ToFile};
use packets::ReadPacket;
use windows::Windows;

fn main() -> ExitCode {
    match Arguments::from_env("target/workflows/network/model.json") {
        Asked::Run(arguments) => arguments::run(pipeline(arguments)),
        Asked::CommandLine => millpond::cli::main(),
        Asked::Wrong(reason) => arguments::fail(&reason, ExitCode::from(2)),
    }
}

fn pipeline(arguments: Arguments) -> Pipeline {
    let infer = InferJson::builder()
        .model(arguments.model)
        .device(arguments.device)
        .max_items(NonZeroUsize::MIN.saturating_add(63))
        .build();
    Pipeline::named("network")
        .source(FromFile::new(arguments.input))
        .stage(ParseJson::default())
        .stage(ReadPacket)
        .stage(Windows::default())
        .stage(infer)
        .sink(ToFile::json_lines(arguments.output))
}
