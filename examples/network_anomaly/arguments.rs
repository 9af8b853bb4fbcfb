//! The command lines of the workflows.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use millpond::device::DeviceChoice;
use millpond::{Pipeline, RunOptions};
use tokio::runtime::Builder;

/// The commands of millpond's own command line that are of use here.
const COMMANDS: [&str; 9] = [
    "run", "check", "explain", "graph", "stages", "describe", "schema", "help", "--help",
];

/// What the program is asked to do.
pub(crate) enum Asked {
    /// To run the pipeline that is written in Rust.
    Run(Arguments),
    /// What the command line of millpond does.
    CommandLine,
    /// Something that there is not, and why.
    Wrong(String),
}

/// What to read, what to write, with which model and where.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) model: PathBuf,
    pub(crate) device: DeviceChoice,
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
}

impl Arguments {
    /// Reads the command line; `model` is used if it names none.
    pub(crate) fn from_env(model: &str) -> Asked {
        let arguments: Vec<_> = std::env::args_os().skip(1).collect();
        let first = arguments.first().and_then(|first| first.to_str());
        if first.is_none_or(|first| COMMANDS.contains(&first)) {
            return Asked::CommandLine;
        }
        match Self::parse(arguments, model.into()) {
            Ok(arguments) => Asked::Run(arguments),
            Err(reason) => Asked::Wrong(format!(
                "{reason}; usage: [--model FILE] [--device cpu|cuda:N|auto] INPUT OUTPUT, or: run SPEC"
            )),
        }
    }

    fn parse(arguments: Vec<OsString>, mut model: PathBuf) -> Result<Self, String> {
        let (mut device, mut paths) = (DeviceChoice::Cpu, Vec::new());
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let missing = || format!("{} needs a value", argument.display());
                arguments.next().ok_or_else(missing)
            };
            match argument.to_str() {
                Some("--model") => model = value()?.into(),
                Some("--device") => {
                    let name = value()?;
                    let named = name.to_string_lossy().parse();
                    device = named.map_err(|error| format!("{error}"))?;
                }
                Some(other) if other.starts_with('-') => {
                    return Err(format!("there is no option {other}"));
                }
                _ => paths.push(PathBuf::from(argument)),
            }
        }
        let [input, output] = <[PathBuf; 2]>::try_from(paths)
            .map_err(|paths| format!("2 paths are wanted, there are {}", paths.len()))?;
        Ok(Self {
            model,
            device,
            input,
            output,
        })
    }
}

/// Runs a pipeline to its end, and says what the program shall exit with.
pub(crate) fn run(pipeline: Pipeline) -> ExitCode {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string(), ExitCode::FAILURE),
    };
    match runtime.block_on(pipeline.run_with(RunOptions::new().stop_on_ctrl_c())) {
        Ok(report) => report.exit_code(),
        Err(error) => fail(&error.to_string(), error.exit_code()),
    }
}

/// Says why nothing comes of it.
pub(crate) fn fail(reason: &str, code: ExitCode) -> ExitCode {
    drop(writeln!(io::stderr(), "{reason}"));
    code
}
