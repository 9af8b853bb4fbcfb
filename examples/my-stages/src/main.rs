//! The command line of millpond, with the stages of this crate.
use std::process::ExitCode;

use my_stages as _;

fn main() -> ExitCode {
    millpond::cli::main()
}
