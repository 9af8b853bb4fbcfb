use serde_json::{Value as Json, json};

use crate::cli::arguments::Explain;
use crate::cli::catalogue::Catalogue;
use crate::cli::console::{Console, Paint};
use crate::cli::exit::{Exit, Failure};
use crate::cli::load::load;
use crate::cli::table::{Cell, table};
use crate::pipeline::spec::{CheckedInput, CheckedSpec, CheckedStage};

/// Tells what a pipeline would do, and runs nothing.
pub(super) fn run(arguments: &Explain, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let (checked, pipeline) = load(&arguments.pipeline, &catalogue)?.build(&catalogue)?;
    let plan = pipeline.explain_with(&arguments.workers.options());
    let text = if arguments.json {
        let stages: Vec<_> = checked.stages.iter().map(to_json).collect();
        format!("{:#}\n", json!({ "stages": stages, "plan": plan }))
    } else {
        format!("{}\n{plan}", stages(&checked, console.on_stdout))
    };
    console.print(&text)?;
    Ok(Exit::Done)
}

/// A line for each stage, with the types that were inferred.
fn stages(checked: &CheckedSpec, paint: Paint) -> String {
    let head = ["STAGE", "IS", "TYPES", "READS"];
    let mut rows = vec![
        head.map(|name| Cell::painted(name, paint.bold(name)))
            .to_vec(),
    ];
    for stage in &checked.stages {
        let reads: Vec<_> = stage.inputs.iter().map(reads).collect();
        rows.push(vec![
            Cell::painted(&stage.name, paint.name(&stage.name)),
            uses(stage).into(),
            types(stage).into(),
            reads.join(", ").into(),
        ]);
    }
    table(&rows)
}

/// The stage that an input comes from, with the outlet if it is one of several.
fn reads(input: &CheckedInput) -> String {
    match input.outlet.as_str() {
        "0" => input.stage.clone(),
        outlet => format!("{}.{outlet}", input.stage),
    }
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
    let inputs = stage.inputs.iter().map(|input| input.message.name());
    let outputs = stage.outputs.iter().map(|(_, message)| message.name());
    format!(
        "{} -> {}",
        listed(&inputs.collect::<Vec<_>>()),
        listed(&outputs.collect::<Vec<_>>())
    )
}

fn listed(types: &[&str]) -> String {
    match types {
        [one] => (*one).to_owned(),
        _ => format!("({})", types.join(", ")),
    }
}

fn to_json(stage: &CheckedStage) -> Json {
    let inputs = stage.inputs.iter().map(|input| {
        json!({ "stage": input.stage, "outlet": input.outlet, "message": input.message.name() })
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
}
