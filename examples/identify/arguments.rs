//! The command line of `identify`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use millpond::inference::Onnx;

use crate::magika::{ModelError, Tables};
use crate::summary::fail;

const USAGE: &str = "usage: identify [--model FILE] [--output FILE] PATH..., \
    or: identify --spec FILE";

/// What to look at, with what, and where to write it.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// A model that cannot be used is an error of the pipeline.
    pub(crate) model: Result<Onnx, ModelError>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) output: PathBuf,
    pub(crate) paths: Vec<PathBuf>,
}

/// The spec to run in place of what the program does by itself.
pub(crate) fn spec() -> Option<PathBuf> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match &arguments[..] {
        [option, spec] if option == "--spec" => Some(spec.into()),
        _ => None,
    }
}

impl Arguments {
    /// Reads the command line, the model, and the tables that lie beside it.
    ///
    /// # Errors
    ///
    /// What the program shall exit with, once it has been said why.
    pub(crate) fn from_env() -> Result<Self, ExitCode> {
        let refused = |reason: String| fail(&reason, ExitCode::from(2));
        let files = match Files::parse(std::env::args_os().skip(1)) {
            Ok(Some(files)) => files,
            Ok(None) => {
                drop(writeln!(io::stdout(), "{USAGE}"));
                return Err(ExitCode::SUCCESS);
            }
            Err(reason) => return Err(refused(format!("{reason}; {USAGE}"))),
        };
        let tables = Tables::load(&files.model.with_file_name("tables.json"))
            .map_err(|error| refused(error.to_string()))?;
        Ok(Self {
            model: tables.model(&files.model),
            tables: Arc::new(tables),
            output: files.output,
            paths: files.paths,
        })
    }
}

/// The command line as it was given.
struct Files {
    model: PathBuf,
    output: PathBuf,
    paths: Vec<PathBuf>,
}

impl Files {
    /// Nothing if it asks for help.
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Option<Self>, String> {
        let mut arguments = arguments.into_iter();
        let mut parsed = Self {
            model: "target/magika/model.onnx".into(),
            output: "identified.jsonl".into(),
            paths: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let missing = || format!("{} needs a file", argument.display());
                arguments.next().map(PathBuf::from).ok_or_else(missing)
            };
            match argument.to_str() {
                Some("--model") => parsed.model = value()?,
                Some("--output") => parsed.output = value()?,
                Some("--help" | "-h") => return Ok(None),
                Some("--") => parsed.paths.extend(arguments.by_ref().map(PathBuf::from)),
                Some(other) if other.starts_with('-') => {
                    return Err(format!("there is no option {other}"));
                }
                _ => parsed.paths.push(argument.into()),
            }
        }
        if parsed.paths.is_empty() {
            return Err("no path was given".to_owned());
        }
        Ok(Some(parsed))
    }
}
