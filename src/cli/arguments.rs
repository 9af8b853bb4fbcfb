use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

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
    #[arg(short, long, global = true, env = "MILLPOND_QUIET", hide_env_values = true)]
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
