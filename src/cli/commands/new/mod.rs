//! The templates beside this file are whole: `my-stage`, `my_stage` and
//! `my-pipeline` in them stand for the name, and tests build and run them.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::arguments::{New, NewPipeline, NewStage};
use crate::cli::console::Console;
use crate::cli::example::toml;
use crate::cli::exit::{Exit, Failure};

const PIPELINE: &str = include_str!("pipeline.toml");

/// The files of a crate.
const CRATE: [(&str, &str); 5] = [
    ("Cargo.toml", include_str!("Cargo.toml.in")),
    (".gitignore", "/target\n"),
    ("pipeline.toml", include_str!("stage.toml")),
    ("src/lib.rs", include_str!("lib.rs")),
    ("src/main.rs", include_str!("main.rs")),
];

/// Names that Cargo or the compiler takes no crate or function for.
const TAKEN: &str = "abstract alloc as async await become box break const continue core crate do \
     dyn else enum extern false final fn for gen if impl in let loop macro main match millpond mod \
     move mut override priv pub ref return self static std struct super test trait true try type \
     typeof union unsafe unsized use virtual where while yield";

/// Makes what a user begins with.
pub(super) fn run(arguments: &New, console: &Console) -> Result<Exit, Failure> {
    let told = match arguments {
        New::Pipeline(pipeline) => new_pipeline(pipeline)?,
        New::Stage(stage) => new_stage(stage)?,
    };
    console.print(&told)?;
    Ok(Exit::Done)
}

fn new_pipeline(arguments: &NewPipeline) -> Result<String, Failure> {
    let name = kebab_case(&arguments.name)?;
    let file = PathBuf::from(format!("{name}.toml"));
    write_new(&file, &PIPELINE.replace("my-pipeline", name))?;
    Ok(format!(
        "made {name}.toml; try it:\n  \
         echo '{{\"level\": \"error\"}}' | millpond run {name}.toml\n"
    ))
}

fn new_stage(arguments: &NewStage) -> Result<String, Failure> {
    let name = kebab_case(&arguments.name)?;
    if TAKEN.split_whitespace().any(|taken| taken == name) {
        let refused = Failure::refused(format!("no crate can be called `{name}`"));
        return Err(refused.help("choose another name, such as `parse-level`"));
    }
    let millpond = match &arguments.path {
        Some(path) => format!("{{ path = {} }}", toml(&sources(path)?.into())),
        None => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
    };
    let folder = Path::new(name);
    if folder.exists() {
        return Err(Failure::refused(format!("there is a `{name}` already"))
            .help("choose another name, or another folder to be in"));
    }
    for (file, template) in CRATE {
        let text = template.replace("MILLPOND", &millpond);
        let text = text
            .replace("my-stage", name)
            .replace("my_stage", &name.replace('-', "_"));
        write_new(&folder.join(file), &text)?;
    }
    Ok(format!(
        "made the crate {name}; try it:\n  \
         cd {name}\n  \
         cargo test\n  \
         cargo run -- describe {name}\n  \
         printf 'an error\\nall is well\\n' | cargo run -- run pipeline.toml\n"
    ))
}

/// The whole path of a folder with the sources of millpond, which then does
/// not depend on where the crate stands.
fn sources(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let help = "name the folder that the repository of millpond is in";
    let manifest = fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
    if !manifest.contains("name = \"millpond\"") {
        let refused = Failure::refused(format!("{shown} has no sources of millpond"));
        return Err(refused.help(help));
    }
    let whole = path.canonicalize();
    let whole = whole.map_err(|error| Failure::refused(format!("{shown}: {error}")).help(help))?;
    let text = whole.into_os_string().into_string();
    text.map_err(|_| Failure::refused(format!("the path of {shown} is not UTF-8")))
}

fn kebab_case(name: &str) -> Result<&str, Failure> {
    let is_word = |word: &str| {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        !word.is_empty() && word.chars().all(plain)
    };
    let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    if begins_well && name.split('-').all(is_word) {
        Ok(name)
    } else {
        Err(Failure::refused(format!("`{name}` is not in kebab-case"))
            .help("use lower-case letters, digits and hyphens, such as `parse-json`"))
    }
}

/// Writes a file that was not there.
fn write_new(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let made = fs::create_dir_all(folder)
        .and_then(|()| File::create_new(file))
        .and_then(|mut made| made.write_all(text.as_bytes()));
    made.map_err(|error| Failure::failed(format!("cannot make {}: {error}", file.display())))
}
