use serde_json::json;

use crate::cli::arguments::Check;
use crate::cli::catalogue::Catalogue;
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};
use crate::cli::load::load;

/// Tells everything that is wrong with a pipeline, and runs nothing.
pub(super) fn run(arguments: &Check, is_quiet: bool, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let checked = check(arguments, &catalogue);
    if !arguments.json {
        let summary = checked?;
        if !is_quiet {
            console.print(&format!("{summary}\n"))?;
        }
        return Ok(Exit::Done);
    }
    let (errors, exit) = match &checked {
        Ok(_) => (Vec::new(), Exit::Done),
        Err(failure) => (failure.to_json(), failure.exit()),
    };
    let json = json!({ "ok": checked.is_ok(), "errors": errors });
    console.print(&format!("{json:#}\n"))?;
    Ok(exit)
}

fn check(arguments: &Check, catalogue: &Catalogue) -> Result<String, Failure> {
    let (checked, _) = load(&arguments.pipeline, catalogue)?.build(catalogue)?;
    let stages = match checked.stages.len() {
        1 => "1 stage".to_owned(),
        count => format!("{count} stages"),
    };
    Ok(format!("{}: {stages}, nothing wrong", checked.name))
}
