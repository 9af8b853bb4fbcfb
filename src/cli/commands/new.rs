use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::arguments::{New, NewPipeline};
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};

const PIPELINE: &str = include_str!("new/pipeline.toml");

/// Makes what a user begins with.
pub(super) fn run(arguments: &New, console: &Console) -> Result<Exit, Failure> {
    match arguments {
        New::Pipeline(pipeline) => new_pipeline(pipeline, console),
        New::Stage(_) => Ok(Exit::Refused),
    }
}

fn new_pipeline(arguments: &NewPipeline, console: &Console) -> Result<Exit, Failure> {
    let name = kebab_case(&arguments.name)?;
    let file = PathBuf::from(format!("{name}.toml"));
    write_new(&file, &PIPELINE.replace("NAME", name))?;
    let file = file.display();
    console.print(&format!(
        "made {file}; now: echo '{{\"level\": \"error\"}}' | millpond run {file}\n"
    ))?;
    Ok(Exit::Done)
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
    let made = fs::File::create_new(file).and_then(|mut made| made.write_all(text.as_bytes()));
    made.map_err(|error| Failure::failed(format!("cannot make {}: {error}", file.display())))
}
