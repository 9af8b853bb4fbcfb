use crate::cli::arguments::Schema;
use crate::cli::catalogue::Catalogue;
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};
use crate::pipeline::spec;

/// Prints the JSON Schema of specs, or of the options of one stage.
pub(super) fn run(arguments: &Schema, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let schema = match &arguments.stage {
        Some(stage) => catalogue.find(stage)?.schema.clone(),
        None => spec::schema(catalogue.registry()),
    };
    console.print(&format!("{schema:#}\n"))?;
    Ok(Exit::Done)
}
