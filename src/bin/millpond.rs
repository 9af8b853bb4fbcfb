//! The program `millpond`: the command line with the stages of the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    millpond::cli::main()
}
