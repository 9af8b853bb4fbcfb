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

use semver::VersionReq;

use super::arguments::{Arguments, Command};
use super::console::Console;
use super::exit::{Exit, Failure};
use crate::stage::{Registered, Registry};

/// Does what a command says.
pub(super) fn run(arguments: Arguments, console: &Console) -> Result<Exit, Failure> {
    let Arguments { command, common } = arguments;
    match command {
        Command::Run(run) => run::run(run, &common, console),
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

/// The stages that the program is linked with.
fn registry() -> Result<Registry, Failure> {
    Registry::collected().map_err(|conflicts| {
        let conflicts: Vec<_> = conflicts.iter().map(ToString::to_string).collect();
        Failure::refused(conflicts.join("\n"))
    })
}

/// The stage that `id` or `id@requirement` names.
fn find<'a>(registry: &'a Registry, stage: &str) -> Result<&'a Registered, Failure> {
    let (id, requirement) = match stage.split_once('@') {
        Some((id, requirement)) => {
            let read = VersionReq::parse(requirement).map_err(|error| {
                Failure::refused(format!("`{requirement}` is no version requirement: {error}"))
                    .help(format!("write `{id}@1.2` or `{id}@^1.2`"))
            });
            (id, read?)
        }
        None => (stage, VersionReq::STAR),
    };
    let found = registry.find(id, &requirement);
    found.map_err(|error| Failure::refused(error.to_string()))
}
