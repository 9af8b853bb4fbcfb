//! Finds days on which an account is not used as its user uses it: an
//! autoencoder has learnt what days look like, and what it cannot rebuild
//! raises an alert.
//!
//! The program is the command line of millpond with the stages of this
//! example: `user_behaviour run examples/user_behaviour/behaviour.toml` runs
//! it all. `scripts/workflow behaviour` makes events, trains the model on
//! them, and checks what it finds in others.

mod days;
mod events;
mod profile;
#[path = "../network_anomaly/random.rs"]
mod random;
mod score;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

fn main() -> ExitCode {
    millpond::cli::main()
}
