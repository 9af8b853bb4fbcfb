use serde_json::Value as Json;

use crate::cli::arguments::Schema;
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};
use crate::pipeline::spec;

/// Prints the JSON Schema of specs, or of the options of one stage.
pub(super) fn run(arguments: &Schema, console: &Console) -> Result<Exit, Failure> {
    let registry = super::registry()?;
    let schema: Json = match &arguments.stage {
        Some(stage) => super::find(&registry, stage)?.schema().into(),
        None => spec::schema(&registry),
    };
    console.print(&format!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
