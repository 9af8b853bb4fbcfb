//! One file for each command.

mod candidates;
mod check;
mod completions;
mod describe;
mod explain;
mod graph;
mod new;
mod run;
mod schema;
mod stages;

use super::arguments::{Arguments, Command};
use super::console::Console;
use super::exit::{Exit, Failure};

/// Does what a command says.
pub(super) fn run(arguments: Arguments, console: &Console) -> Result<Exit, Failure> {
    let Arguments { command, common } = arguments;
    match command {
        Command::Run(run) => run::run(&run, &common, console),
        Command::Check(check) => check::run(&check, common.quiet, console),
        Command::Explain(explain) => explain::run(&explain, console),
        Command::Graph(graph) => graph::run(&graph, console),
        Command::Stages(stages) => stages::run(&stages, console),
        Command::Describe(describe) => describe::run(&describe, console),
        Command::Schema(schema) => schema::run(&schema, console),
        Command::New(new) => new::run(&new, console),
        Command::Completions(completions) => completions::run(&completions, console),
        Command::Candidates(candidates) => candidates::run(&candidates, console),
    }
}
