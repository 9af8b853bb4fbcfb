//! The command line of `identify`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::magika::Tables;

const USAGE: &str = "usage: identify [--model FILE] [--output FILE] PATH...";

/// What to look at, with what, and where to write it.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) model: PathBuf,
    pub(crate) tables: Arc<Tables>,
    pub(crate) output: PathBuf,
    pub(crate) paths: Vec<PathBuf>,
}

impl Arguments {
    /// Reads the command line, and the tables that lie beside the model.
    ///
    /// # Errors
    ///
    /// A text that says what to do instead.
    pub(crate) fn from_env() -> Result<Self, String> {
        let Files {
            model,
            output,
            paths,
        } = Files::parse(std::env::args_os().skip(1))?;
        let tables = Tables::load(&model.with_file_name("tables.json"));
        Ok(Self {
            model,
            tables: Arc::new(tables.map_err(|error| error.to_string())?),
            output,
            paths,
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
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let mut parsed = Self {
            model: "target/magika/model.onnx".into(),
            output: "identified.jsonl".into(),
            paths: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let missing = || format!("{} needs a file\n{USAGE}", argument.display());
                arguments.next().map(PathBuf::from).ok_or_else(missing)
            };
            match argument.to_str() {
                Some("--model") => parsed.model = value()?,
                Some("--output") => parsed.output = value()?,
                Some("--help") => return Err(USAGE.to_owned()),
                Some("--") => parsed.paths.extend(arguments.by_ref().map(PathBuf::from)),
                Some(other) if other.starts_with("--") => {
                    return Err(format!("there is no option {other}\n{USAGE}"));
                }
                _ => parsed.paths.push(argument.into()),
            }
        }
        if parsed.paths.is_empty() {
            return Err(format!("no path was given\n{USAGE}"));
        }
        Ok(parsed)
    }
}
