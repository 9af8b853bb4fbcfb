//! Runs a test of this program once more, as a process of its own: with other
//! standard input and output, as another user, under other limits.

use std::process::Command;

/// Set in the process that is run again.
const AGAIN: &str = "MILLPOND_TEST_AGAIN";

/// Whether this is the process that is run again.
pub(crate) fn is_running() -> bool {
    std::env::var_os(AGAIN).is_some()
}

/// This program, to run one test only.
pub(crate) fn of(test: &str) -> Command {
    with(Command::new(std::env::current_exe().unwrap()), test)
}

/// Another command that ends in this program, to run one test only.
pub(crate) fn with(mut command: Command, test: &str) -> Command {
    command
        .args([test, "--exact", "--nocapture"])
        .env(AGAIN, "1");
    command
}
