use std::num::NonZeroUsize;
use std::thread;

use serde_json::{Value as Json, json};

use crate::cli::arguments::Explain;
use crate::cli::catalogue::Catalogue;
use crate::cli::console::Console;
use crate::cli::exit::{Exit, Failure};
use crate::cli::load::load;
use crate::cli::table::{Cell, table};
use crate::graph::{Cost, Graph};
use crate::pipeline::spec::{CheckedSpec, CheckedStage};
use crate::pipeline::{Plan, plan};

/// Tells what a pipeline would do, and runs nothing.
pub(super) fn run(arguments: &Explain, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let (checked, pipeline) = load(&arguments.pipeline, &catalogue)?.build(&catalogue)?;
    let graph = pipeline.graph();
    let processors = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let plan = plan(&graph, arguments.workers.unwrap_or_else(processors));
    let explained = Explained {
        checked: &checked,
        graph: &graph,
        plan: &plan,
    };
    console.print(&match arguments.json {
        true => format!("{:#}\n", explained.to_json()),
        false => explained.text(console),
    })?;
    Ok(Exit::Done)
}

struct Explained<'a> {
    checked: &'a CheckedSpec,
    graph: &'a Graph,
    plan: &'a Plan,
}

impl Explained<'_> {
    fn text(&self, console: &Console) -> String {
        let head = |names: &[&str]| -> Vec<Cell> {
            let names = names.iter();
            names
                .map(|name| Cell::painted(name, console.on_stdout.bold(name)))
                .collect()
        };
        let mut stages = vec![head(&["STAGE", "IS", "TYPES", "READS"])];
        for stage in &self.checked.stages {
            let reads: Vec<_> = stage
                .inputs
                .iter()
                .map(|input| input.stage.as_str())
                .collect();
            stages.push(vec![
                Cell::painted(&stage.name, console.on_stdout.name(&stage.name)),
                uses(stage).into(),
                types(stage).into(),
                reads.join(", ").into(),
            ]);
        }
        let mut nodes = vec![head(&["NODE", "WORKER", "COST"])];
        for (node, worker) in self.graph.nodes.iter().zip(&self.plan.worker_of) {
            nodes.push(vec![
                Cell::painted(&node.name, console.on_stdout.name(&node.name)),
                worker.to_string().into(),
                cost(node.cost).into(),
            ]);
        }
        let mut edges = vec![head(&["EDGE", "CARRIES", "CAPACITY", "KIND"])];
        for (index, edge) in self.graph.edges.iter().enumerate() {
            let from = &self.graph.nodes[edge.from].name;
            let to = edge
                .to
                .map_or("(nothing)", |to| &*self.graph.nodes[to].name);
            let arrow = if edge.dead_letters { "~>" } else { "->" };
            edges.push(vec![
                format!("{from} {arrow} {to}").into(),
                edge.message.clone().into(),
                edge.capacity.to_string().into(),
                self.kind(index).into(),
            ]);
        }
        let workers = match self.plan.workers {
            1 => "1 worker".to_owned(),
            count => format!("{count} workers"),
        };
        format!(
            "{}: {workers}\n\n{}\n{}\n{}",
            self.checked.name,
            table(&stages),
            table(&nodes),
            table(&edges),
        )
    }

    fn to_json(&self) -> Json {
        let stages = self.checked.stages.iter().map(|stage| {
            let inputs = stage.inputs.iter().map(|input| {
                json!({
                    "stage": input.stage,
                    "outlet": input.outlet,
                    "message": input.message.name(),
                })
            });
            let outputs = stage.outputs.iter();
            let outputs = outputs
                .map(|(outlet, message)| json!({ "outlet": outlet, "message": message.name() }));
            json!({
                "name": stage.name,
                "id": stage.id,
                "version": stage.version.as_ref().map(ToString::to_string),
                "inputs": inputs.collect::<Vec<_>>(),
                "outputs": outputs.collect::<Vec<_>>(),
            })
        });
        let nodes = self.graph.nodes.iter().zip(&self.plan.worker_of);
        let nodes = nodes.map(|(node, worker)| {
            json!({
                "node": *node.name,
                "stage": *node.stage,
                "worker": worker,
                "cost": cost(node.cost),
            })
        });
        let edges = self.graph.edges.iter().enumerate().map(|(index, edge)| {
            json!({
                "from": *self.graph.nodes[edge.from].name,
                "to": edge.to.map(|to| &*self.graph.nodes[to].name),
                "message": edge.message,
                "dead_letters": edge.dead_letters,
                "capacity": edge.capacity,
                "kind": self.kind(index),
            })
        });
        json!({
            "pipeline": self.checked.name,
            "workers": self.plan.workers,
            "stages": stages.collect::<Vec<_>>(),
            "nodes": nodes.collect::<Vec<_>>(),
            "edges": edges.collect::<Vec<_>>(),
        })
    }

    /// Whether an edge crosses threads.
    fn kind(&self, edge: usize) -> &'static str {
        let edge = &self.graph.edges[edge];
        match edge.to {
            None => "unconnected",
            Some(to) if self.plan.worker_of[to] == self.plan.worker_of[edge.from] => "local",
            Some(_) => "remote",
        }
    }
}

fn cost(cost: Cost) -> &'static str {
    match cost {
        Cost::Light => "light",
        Cost::Heavy => "heavy",
        Cost::Blocking => "blocking",
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
