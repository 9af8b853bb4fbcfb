use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::arguments::ReportFormat;
use super::exit::Failure;
use crate::runtime::{EdgeReport, Ending, NodeEnding, NodeReport, RunReport};

/// The report of a run as it was asked for.
pub(super) fn shown(report: &RunReport, format: ReportFormat) -> String {
    match format {
        ReportFormat::Text => report.to_string(),
        ReportFormat::Json => format!("{:#}\n", to_json(report)),
        ReportFormat::None => String::new(),
    }
}

/// Writes a report to a file.
pub(super) fn write(file: &Path, report: &str) -> Result<(), Failure> {
    fs::write(file, report).map_err(|error| {
        Failure::failed(format!(
            "cannot write the report to {}: {error}",
            file.display()
        ))
    })
}

/// What programs are told of a run.
fn to_json(report: &RunReport) -> Json {
    let nodes: Vec<_> = report.nodes.iter().map(node).collect();
    let edges: Vec<_> = report.edges.iter().map(edge).collect();
    let left_behind: Vec<_> = report
        .left_behind
        .iter()
        .map(|left| {
            json!({
                "thread": left.thread,
                "stage": left.stage.as_deref(),
                "node": left.node.as_deref(),
            })
        })
        .collect();
    json!({
        "pipeline": report.pipeline,
        "ending": match report.ending {
            Ending::Running => "running",
            Ending::Completed => "completed",
            Ending::Stopped => "stopped",
            Ending::Aborted => "aborted",
        },
        "elapsed_seconds": report.elapsed.as_secs_f64(),
        "discarded": report.discarded(),
        "dropped": report.dropped(),
        "dead_lettered": report.dead_lettered(),
        "bottleneck": report.bottleneck().map(|bottleneck| bottleneck.to_string()),
        "nodes": nodes,
        "edges": edges,
        "left_behind": left_behind,
    })
}

fn node(node: &NodeReport) -> Json {
    json!({
        "stage": *node.stage,
        "node": *node.node,
        "replica_of": node.replica_of.as_deref(),
        "worker": node.worker,
        "busy_seconds": node.busy.as_secs_f64(),
        "received": node.received,
        "emitted": node.emitted,
        "dead_lettered": node.dead_lettered,
        "ending": match node.ending {
            NodeEnding::Running => "running",
            NodeEnding::Finished => "finished",
            NodeEnding::Failed => "failed",
        },
    })
}

fn edge(edge: &EdgeReport) -> Json {
    let counts = &edge.counts;
    json!({
        "from": *edge.from,
        "to": edge.to.as_deref(),
        "message": edge.message,
        "dead_letters": edge.dead_letters,
        "capacity": counts.capacity,
        "sent": counts.sent,
        "received": counts.received,
        "discarded": counts.discarded,
        "dropped_newest": counts.dropped_newest,
        "dropped_oldest": counts.dropped_oldest,
        "dropped_failing": counts.dropped_failing,
        "high_water": counts.high_water,
        "blocked_seconds": counts.blocked.as_secs_f64(),
        "starved_seconds": counts.starved.as_secs_f64(),
        "seconds_in_queue": counts.time_in_queue.as_ref().map(Duration::as_secs_f64),
    })
}
