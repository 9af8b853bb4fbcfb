use std::fs;

use crate::cli::arguments::{Graph, GraphFormat};
use crate::cli::catalogue::Catalogue;
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};
use crate::cli::load::load;

/// Draws a pipeline.
pub(super) fn run(arguments: &Graph, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let (_, pipeline) = load(&arguments.pipeline, &catalogue)?.build(&catalogue)?;
    let graph = pipeline.graph();
    let drawing = match arguments.format {
        GraphFormat::Text => graph.to_text(),
        GraphFormat::Mermaid => graph.to_mermaid(),
        GraphFormat::Svg => graph.to_svg(),
    };
    match &arguments.output {
        None => console.print(&drawing)?,
        Some(file) => fs::write(file, drawing).map_err(|error| {
            Failure::failed(format!("cannot write {}: {error}", file.display()))
        })?,
    }
    Ok(Exit::Done)
}
