use serde_json::{Value as Json, json};

use crate::RunOptions;
use crate::cli::arguments::Explain;
use crate::cli::catalogue::Catalogue;
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};
use crate::cli::load::load;
use crate::cli::table::{Cell, table};
use crate::pipeline::Explanation;
use crate::pipeline::spec::{CheckedSpec, CheckedStage};

/// Tells what a pipeline would do, and runs nothing.
pub(super) fn run(arguments: &Explain, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let (checked, pipeline) = load(&arguments.pipeline, &catalogue)?.build(&catalogue)?;
    let options = RunOptions::new();
    let options = match arguments.workers {
        Some(workers) => options.workers(workers),
        None => options,
    };
    let plan = pipeline.explain_with(&options);
    console.print(&match arguments.json {
        true => format!("{:#}\n", to_json(&checked, &plan)),
        false => format!("{}\n{plan}", stages(&checked, console)),
    })?;
    Ok(Exit::Done)
}

/// The stages, with what they turn into what.
fn stages(checked: &CheckedSpec, console: &Console) -> String {
    let head = ["STAGE", "IS", "TYPES", "READS"].iter();
    let head = head.map(|name| Cell::painted(name, console.on_stdout.bold(name)));
    let mut rows = vec![head.collect::<Vec<_>>()];
    for stage in &checked.stages {
        let reads = stage.inputs.iter().map(|input| input.stage.as_str());
        rows.push(vec![
            Cell::painted(&stage.name, console.on_stdout.name(&stage.name)),
            uses(stage).into(),
            types(stage).into(),
            reads.collect::<Vec<_>>().join(", ").into(),
        ]);
    }
    table(&rows)
}

fn to_json(checked: &CheckedSpec, plan: &Explanation) -> Json {
    let stages = checked.stages.iter().map(|stage| {
        let inputs = stage.inputs.iter().map(|input| {
            json!({
                "stage": input.stage,
                "outlet": input.outlet,
                "message": input.message.name(),
            })
        });
        let outputs = stage.outputs.iter();
        let outputs =
            outputs.map(|(outlet, message)| json!({ "outlet": outlet, "message": message.name() }));
        json!({
            "name": stage.name,
            "id": stage.id,
            "version": stage.version.as_ref().map(ToString::to_string),
            "inputs": inputs.collect::<Vec<_>>(),
            "outputs": outputs.collect::<Vec<_>>(),
        })
    });
    json!({ "stages": stages.collect::<Vec<_>>(), "plan": plan })
}

/// The id and version of a stage.
fn uses(stage: &CheckedStage) -> String {
    match &stage.version {
        Some(version) => format!("{} {version}", stage.id),
        None => stage.id.clone(),
    }
}

/// `In -> Out`, as inferred here.
fn types(stage: &CheckedStage) -> String {
    let inputs = stage
        .inputs
        .iter()
        .map(|input| input.message.name().to_owned());
    let outputs = stage
        .outputs
        .iter()
        .map(|(_, message)| message.name().to_owned());
    format!(
        "{} -> {}",
        listed(inputs.collect()),
        listed(outputs.collect())
    )
}

fn listed(types: Vec<String>) -> String {
    match &types[..] {
        [one] => one.clone(),
        _ => format!("({})", types.join(", ")),
    }
}
