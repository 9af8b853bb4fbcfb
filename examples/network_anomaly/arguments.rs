use std::ffi::OsString;
use std::path::PathBuf;

const USAGE: &str = "usage: network_anomaly [--model FILE] [--device cpu|cuda:N|auto] PACKETS OUTPUT, \
    or: network_anomaly run SPEC";

/// The commands of millpond's own command line that are of use here.
const COMMANDS: [&str; 9] = [
    "run", "check", "explain", "graph", "stages", "describe", "schema", "help", "--help",
];

/// What the program is asked to do.
pub(crate) enum Asked {
    /// The pipeline that is written in Rust.
    Run(Arguments),
    /// What millpond's own command line does.
    CommandLine,
    /// Something that there is not, and why.
    Wrong(String),
}

/// What to read, what to write, with which model and where.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) model: PathBuf,
    pub(crate) device: String,
    pub(crate) packets: PathBuf,
    pub(crate) output: PathBuf,
}

impl Arguments {
    /// Reads the command line.
    pub(crate) fn from_env() -> Asked {
        let arguments: Vec<_> = std::env::args_os().skip(1).collect();
        let first = arguments.first().and_then(|first| first.to_str());
        if first.is_none_or(|first| COMMANDS.contains(&first)) {
            return Asked::CommandLine;
        }
        Self::parse(arguments)
            .map_or_else(|reason| Asked::Wrong(format!("{reason}; {USAGE}")), Asked::Run)
    }

    fn parse(arguments: Vec<OsString>) -> Result<Self, String> {
        let mut model = PathBuf::from("target/workflows/network/model.json");
        let (mut device, mut paths) = ("cpu".to_owned(), Vec::new());
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let missing = || format!("{} needs a value", argument.display());
                arguments.next().ok_or_else(missing)
            };
            match argument.to_str() {
                Some("--model") => model = value()?.into(),
                Some("--device") => {
                    let named = value()?.into_string();
                    device = named.map_err(|name| format!("no device is called {}", name.display()))?;
                }
                Some(other) if other.starts_with('-') => {
                    return Err(format!("there is no option {other}"));
                }
                _ => paths.push(PathBuf::from(argument)),
            }
        }
        let [packets, output] = <[PathBuf; 2]>::try_from(paths)
            .map_err(|paths| format!("2 paths are wanted, there are {}", paths.len()))?;
        Ok(Self {
            model,
            device,
            packets,
            output,
        })
    }
}
