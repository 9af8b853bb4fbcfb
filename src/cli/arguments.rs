use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::runtime::RunOptions;

const CODES: &str = "\
Exit codes:
  0    done
  1    a run failed, or output could not be written
  2    refused: wrong arguments, or a pipeline with mistakes
  3    a run was aborted, and what was under way is lost
  130  a run was interrupted, and everything under way was worked off

Environment:
  MILLPOND_SET_<STAGE>__<OPTION>  sets an option, as `--set stage.option=value` does
  NO_COLOR                        if it is not empty, nothing is coloured";

/// Streaming-inference pipelines from files and from one line of text.
#[derive(Debug, Parser)]
#[command(
    name = "millpond",
    version,
    after_help = CODES,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    infer_long_args = false
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(super) struct Common {
    /// Write errors only: no progress, no report
    #[arg(
        short,
        long,
        global = true,
        env = "MILLPOND_QUIET",
        hide_env_values = true
    )]
    pub(super) quiet: bool,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN", hide_possible_values = true, help = "When to colour: auto, always or never")]
    pub(super) color: When,
    /// What to log on standard error: a level (error, warn, info, debug, trace), or levels of modules, such as `warn,millpond=debug`
    #[arg(
        long,
        global = true,
        value_name = "FILTER",
        env = "MILLPOND_LOG",
        hide_env_values = true,
        default_value = "warn"
    )]
    pub(super) log: String,
    /// How to log: text or json
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT", env = "MILLPOND_LOG_FORMAT", hide_env_values = true, hide_possible_values = true)]
    pub(super) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run a pipeline
    Run(Run),
    /// Tell everything that is wrong with a pipeline, and run nothing
    Check(Check),
    /// Tell what a pipeline would do: its stages, their types, where they run
    Explain(Explain),
    /// Draw a pipeline
    Graph(Graph),
    /// List the stages that there are
    Stages(Stages),
    /// Tell all about a stage: its options, its types, and how it is used
    Describe(Describe),
    /// Print the JSON Schema of spec files, for editors
    Schema(Schema),
    /// Make a crate with a stage, or a spec file
    #[command(subcommand)]
    New(New),
    /// Print a script that completes commands, stages and options in a shell
    Completions(Completions),
    /// Print what may stand where the cursor is
    #[command(hide = true)]
    Candidates(Candidates),
}

/// The pipeline that a command is about.
#[derive(Debug, Args)]
pub(super) struct PipelineArguments {
    /// A spec file (`-` for standard input), or a pipeline on one line: 'from-file --path a.jsonl ! parse-json ! to-stdout'; behind `--` its words need no quotes
    #[arg(value_name = "FILE|PIPELINE", required = true)]
    pub(super) pipeline: Vec<OsString>,
    /// Set an option of a stage: `--set from-file.path=a.jsonl`; with an `@` a setting: `--set filter.@capacity=8`
    #[arg(long, value_name = "STAGE.OPTION=VALUE")]
    pub(super) set: Vec<String>,
}

/// Where a pipeline may run.
#[derive(Debug, Args)]
pub(super) struct WorkersArguments {
    /// How many threads may work [default: one for each processor]
    #[arg(
        long,
        value_name = "NUMBER",
        env = "MILLPOND_WORKERS",
        hide_env_values = true
    )]
    pub(super) workers: Option<NonZeroUsize>,
}

impl WorkersArguments {
    /// The options of a run that say so.
    pub(super) fn options(&self) -> RunOptions {
        match self.workers {
            Some(workers) => RunOptions::new().workers(workers),
            None => RunOptions::new(),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) pipeline: PipelineArguments,
    #[command(flatten)]
    pub(super) workers: WorkersArguments,
    /// How long a run that is told to end may work off what is under way
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = humantime::parse_duration)]
    pub(super) stop_deadline: Duration,
    /// How to report the run at its end: text, json or none
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, value_name = "FORMAT", hide_possible_values = true)]
    pub(super) report: ReportFormat,
    /// Write the report to a file instead of standard error
    #[arg(long, value_name = "FILE")]
    pub(super) report_to: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    Text,
    Json,
    None,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) pipeline: PipelineArguments,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    #[command(flatten)]
    pub(super) pipeline: PipelineArguments,
    #[command(flatten)]
    pub(super) workers: WorkersArguments,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Graph {
    #[command(flatten)]
    pub(super) pipeline: PipelineArguments,
    /// What to draw: text, mermaid or svg
    #[arg(long, value_enum, default_value_t = GraphFormat::Text, value_name = "FORMAT", hide_possible_values = true)]
    pub(super) format: GraphFormat,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    Text,
    Mermaid,
    Svg,
}

#[derive(Debug, Args)]
pub(super) struct Stages {
    /// Only stages whose id or help has this in it
    #[arg(value_name = "WORD")]
    pub(super) word: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Describe {
    /// The id of a stage, with a version requirement if need be: `batch@^0.1`
    #[arg(value_name = "ID[@VERSION]")]
    pub(super) stage: String,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The stage whose options are meant, instead of a whole spec
    #[arg(value_name = "ID[@VERSION]")]
    pub(super) stage: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum New {
    /// Make a crate with a stage of its own, and a program that has it
    Stage(NewStage),
    /// Make a spec file
    Pipeline(NewPipeline),
}

#[derive(Debug, Args)]
pub(super) struct NewStage {
    /// The id of the stage, in kebab-case; the crate is called so too
    pub(super) name: String,
    /// A folder with the sources of millpond, to use instead of the published crate
    #[arg(long, value_name = "FOLDER")]
    pub(super) path: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct NewPipeline {
    /// The name of the pipeline, in kebab-case; the file is called `<NAME>.toml`
    pub(super) name: String,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// For which shell
    pub(super) shell: CompletedShell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CompletedShell {
    Bash,
    Zsh,
    Fish,
}

impl From<CompletedShell> for Shell {
    fn from(shell: CompletedShell) -> Self {
        match shell {
            CompletedShell::Bash => Self::Bash,
            CompletedShell::Zsh => Self::Zsh,
            CompletedShell::Fish => Self::Fish,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Candidates {
    /// What may replace the part of the last word that Bash takes for a word
    #[arg(long)]
    pub(super) bash: bool,
    /// The command line up to the cursor
    #[arg(last = true, default_value = "")]
    pub(super) line: String,
}
