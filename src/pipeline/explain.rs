use std::fmt;
use std::num::NonZeroUsize;

use serde::Serialize;

use super::plan::plan;
use crate::edge::Capacity;
use crate::graph::{Cost, EdgeInfo, Graph};

/// How a pipeline would run: where each node runs, what each edge is, and why.
///
/// Made by [`Pipeline::explain`](crate::Pipeline::explain) from the graph and
/// the plan, without running anything. Its `Display` is a table for people;
/// serialized, it is for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The name of the pipeline.
    pub pipeline: String,
    /// How many workers the plan uses.
    pub workers: usize,
    /// How many it may use.
    pub limit: usize,
    /// The nodes, in the order of the graph.
    pub nodes: Vec<NodePlan>,
    /// The edges, in the order of the graph.
    pub edges: Vec<EdgePlan>,
}

/// Where one node runs, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NodePlan {
    /// The stage of the node.
    pub stage: String,
    /// The node.
    pub node: String,
    /// What a message costs it: `light`, `heavy` or `blocking`.
    pub cost: &'static str,
    /// Its worker, counted from 0.
    pub worker: usize,
    /// Why it runs there.
    pub why: String,
}

/// What one edge is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EdgePlan {
    /// The node that sends.
    pub from: String,
    /// The node that receives, if there is one.
    pub to: Option<String>,
    /// The message type.
    pub message: String,
    /// Whether it carries dead letters.
    pub dead_letters: bool,
    /// Whether it crosses threads.
    pub kind: EdgeKind,
    /// How much it may hold, and what it does when it is full if it does not
    /// block.
    pub capacity: String,
    /// Why it is of this kind.
    pub why: String,
}

/// Whether an edge crosses threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EdgeKind {
    /// Within a worker: no locks and no wake-ups of threads.
    Local,
    /// Between two workers.
    Remote,
    /// Nobody reads it.
    Unconnected,
}

/// Explains how the graph would run on at most `limit` workers.
pub(crate) fn explain(graph: &Graph, limit: NonZeroUsize) -> Explanation {
    let plan = plan(graph, limit);
    let nodes = graph.nodes.iter().zip(&plan.places);
    let nodes = nodes.map(|(node, place)| NodePlan {
        stage: node.stage.to_string(),
        node: node.name.to_string(),
        cost: match node.cost {
            Cost::Light => "light",
            Cost::Heavy => "heavy",
            Cost::Blocking => "blocking",
        },
        worker: place.worker,
        why: place.why.to_string(),
    });
    let edges = graph.edges.iter().map(|edge| {
        let from = plan.worker_of(edge.from);
        let to = edge.to.map(|to| plan.worker_of(to));
        edge_plan(graph, edge, from, to, plan.capacity(edge))
    });
    Explanation {
        pipeline: graph.name.clone(),
        workers: plan.workers,
        limit: limit.get(),
        nodes: nodes.collect(),
        edges: edges.collect(),
    }
}

/// Explains an edge from one worker to another, or to nobody.
fn edge_plan(
    graph: &Graph,
    edge: &EdgeInfo,
    from: usize,
    to: Option<usize>,
    capacity: Capacity,
) -> EdgePlan {
    let (kind, why) = match to {
        None if edge.dead_letters => (
            EdgeKind::Unconnected,
            "nobody reads it: what arrives is counted and logged".to_owned(),
        ),
        None => (EdgeKind::Unconnected, "nothing follows it yet".to_owned()),
        Some(to) if to == from => (EdgeKind::Local, format!("both nodes are on worker {to}")),
        Some(to) => (
            EdgeKind::Remote,
            format!("from worker {from} to worker {to}"),
        ),
    };
    EdgePlan {
        from: graph.nodes[edge.from].name.to_string(),
        to: edge.to.map(|to| graph.nodes[to].name.to_string()),
        message: edge.message.clone(),
        dead_letters: edge.dead_letters,
        kind,
        capacity: edge.limits(capacity),
        why,
    }
}

impl fmt::Display for EdgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Local => "local",
            Self::Remote => "remote",
            Self::Unconnected => "unconnected",
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let workers = if self.workers == 1 {
            "worker"
        } else {
            "workers"
        };
        writeln!(
            f,
            "{}: {} {workers}, at most {}\n",
            self.pipeline, self.workers, self.limit
        )?;
        let nodes = self.nodes.iter().map(|node| {
            let worker = node.worker.to_string();
            [
                node.node.clone(),
                worker,
                node.cost.to_owned(),
                node.why.clone(),
            ]
        });
        table(f, ["node", "worker", "cost", "why"], nodes.collect())?;
        writeln!(f)?;
        let edges = self.edges.iter().map(|edge| {
            let arrow = if edge.dead_letters { "~>" } else { "->" };
            let to = edge.to.as_deref().unwrap_or("(nothing)");
            [
                format!("{} {arrow} {to} : {}", edge.from, edge.message),
                edge.kind.to_string(),
                edge.capacity.clone(),
                edge.why.clone(),
            ]
        });
        table(f, ["edge", "kind", "capacity", "why"], edges.collect())
    }
}

/// Writes rows in columns as wide as they have to be.
fn table(f: &mut fmt::Formatter<'_>, head: [&str; 4], mut rows: Vec<[String; 4]>) -> fmt::Result {
    rows.insert(0, head.map(str::to_owned));
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let [a, b, c] = [0, 1, 2].map(width);
    for [first, second, third, last] in &rows {
        writeln!(f, "  {first:a$}  {second:b$}  {third:c$}  {last}")?;
    }
    Ok(())
}
