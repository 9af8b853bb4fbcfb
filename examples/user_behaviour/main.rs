//! Finds days on which an account is not used as its user uses it: an
//! autoencoder has learnt what days look like, and what it cannot rebuild
//! raises an alert.
//!
//! `user_behaviour [--model PROFILE] [--device cpu|cuda:0|auto] EVENTS OUTPUT`
//! writes a line of JSON for each day of each user. With a command of
//! millpond's behind it, the program is millpond's command line with the
//! stages of this example: `user_behaviour run
//! examples/user_behaviour/behaviour.toml` is the same pipeline from a spec.
//! `scripts/workflow behaviour` makes events, trains the model on them, and
//! checks what it finds in others.

#[path = "../network_anomaly/arguments.rs"]
mod arguments;
mod days;
mod events;
mod profile;
#[path = "../network_anomaly/random.rs"]
mod random;
mod score;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use arguments::{Arguments, Asked};
use days::Days;
use events::ReadEvent;
use millpond::Pipeline;
use millpond::stages::{FromFile, ParseJson, ToFile};
use score::Score;

fn main() -> ExitCode {
    match Arguments::from_env("target/workflows/behaviour/profile.json") {
        Asked::Run(arguments) => arguments::run(pipeline(arguments)),
        Asked::CommandLine => millpond::cli::main(),
        Asked::Wrong(reason) => arguments::fail(&reason, ExitCode::from(2)),
    }
}

fn pipeline(arguments: Arguments) -> Pipeline {
    Pipeline::named("behaviour")
        .source(FromFile::new(arguments.input))
        .stage(ParseJson::default())
        .stage(ReadEvent)
        .stage(Days)
        .stage(Score {
            profile: arguments.model,
            device: arguments.device,
        })
        .sink(ToFile::json_lines(arguments.output))
}
