//! The command line: pipelines from files and from one line of text.
//!
//! The program `millpond` is nothing but [`main`] with the stages of the
//! library. A program with stages of its own is a crate that links them:
//!
//! ```no_run
//! // use my_stages as _;
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     millpond::cli::main()
//! }
//! ```
//!
//! What it prints and what it exits with is told in `docs/CLI.md` and by
//! `--help`.

mod arguments;
mod catalogue;
mod commands;
mod complete;
mod console;
mod diagnosis;
mod example;
mod exit;
mod load;
mod log;
mod options;
mod progress;
mod report;
mod screen;
mod secrets;
mod signals;
mod table;
mod text;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use console::Console;
use exit::Exit;

/// Does what the arguments of the process say, with the stages of all crates
/// that the program is linked with.
///
/// Nothing of what the user wrote makes it panic. What is wrong is told on
/// standard error; the exit code says how it went:
///
/// | code | meaning |
/// | --- | --- |
/// | 0 | done |
/// | 1 | a run failed, or output could not be written |
/// | 2 | refused: wrong arguments, or a pipeline with mistakes |
/// | 3 | a run was aborted, and what was under way is lost |
/// | 130 | a run was interrupted, and everything under way was worked off |
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error).into(),
    };
    let console = Console::new(arguments.common.color);
    match commands::run(arguments, &console) {
        Ok(exit) => exit,
        Err(failure) => failure.tell(&console),
    }
    .into()
}

/// Prints help, the version, or what is wrong with the arguments.
fn usage(error: &clap::Error) -> Exit {
    let console = Console::new(arguments::When::Auto);
    let text = error.render();
    if error.use_stderr() {
        console.complain(&console.on_stderr.styled(&text));
        Exit::Refused
    } else {
        match console.print(&console.on_stdout.styled(&text)) {
            Ok(()) => Exit::Done,
            Err(failure) => failure.tell(&console),
        }
    }
}
