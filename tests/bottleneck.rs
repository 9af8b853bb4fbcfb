//! The report of a run names what held it up.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use futures_util::FutureExt;
use millpond::graph::{Any, Placement};
use millpond::runtime::{Bottleneck, Remedy, SlowNode};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions, RunReport};
use tokio::time::{advance, sleep};

/// What the slow node of a test needs for a message.
const WORK: Duration = Duration::from_millis(5);

/// Takes time of the paused clock, as a computation takes it of a real one.
fn spend(time: Duration) {
    // The clock is set by the first poll; there is nothing to wait for.
    let _waits = advance(time).now_or_never();
}

/// Runs on the paused clock, all on one worker.
async fn run(pipeline: Pipeline) -> RunReport {
    pipeline.run_local(RunOptions::new()).await.unwrap()
}

fn bottleneck(report: &RunReport) -> Bottleneck {
    report.bottleneck().ok_or(report.to_string()).unwrap()
}

fn slow_node(report: &RunReport) -> SlowNode {
    bottleneck(report).node.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_node_that_computes_is_named_and_shall_be_replicated() {
    let pipeline = Pipeline::named("busy")
        .source(FromIter::new(0..200_u32))
        .node("light", |numbers| numbers)
        .node("digest", |numbers| numbers.inspect(|_| spend(WORK)))
        .on(Placement::Own)
        .node("after", |numbers| numbers)
        .on(Placement::Own)
        .for_each("print", drop);
    let report = run(pipeline).await;
    let node = slow_node(&report);
    assert_eq!((&*node.node, node.replicas), ("digest", 1), "{report}");
    assert_eq!(node.remedy, Remedy::Replicate, "{report}");
    assert!(report.node("digest").busy >= 200 * WORK);
    assert!(
        report
            .to_string()
            .contains("  bottleneck: `digest` was busy "),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_node_on_a_full_worker_needs_another_where_there_is_one_only() {
    let pipeline = Pipeline::named("shared")
        .source(FromIter::new(0..200_u32))
        .node("some", |numbers| numbers.inspect(|_| spend(WORK / 2)))
        .node("other", |numbers| numbers.inspect(|_| spend(WORK / 2)))
        .node("more", |numbers| numbers.inspect(|_| spend(WORK)))
        .for_each("print", drop);
    let report = run(pipeline).await;
    let node = slow_node(&report);
    assert_eq!(
        (&*node.node, node.remedy),
        ("more", Remedy::MoreWorkers),
        "{report}"
    );
    assert!(node.worker_busy > node.busy + 0.2, "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_computes_is_named_as_one() {
    let numbers = (0..200_u32).inspect(|_| spend(WORK));
    let pipeline = Pipeline::named("source")
        .source(FromIter::new(numbers))
        .node("apart", |numbers| numbers)
        .on(Placement::Own)
        .for_each("print", drop);
    let report = run(pipeline).await;
    let node = slow_node(&report);
    assert_eq!(
        (&*node.node, node.remedy),
        ("from-iter", Remedy::FasterSource),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn replicas_are_named_together() {
    let pipeline = Pipeline::named("replicas");
    let numbers = pipeline.source(FromIter::new(0..400_u32));
    numbers
        .replicate(2, Any)
        .node("digest", |numbers| numbers.inspect(|_| spend(WORK)))
        .ignore();
    let report = run(pipeline).await;
    let node = slow_node(&report);
    assert_eq!((&*node.node, node.replicas), ("digest", 2), "{report}");
    // There is one worker only, which they share.
    assert_eq!(node.remedy, Remedy::MoreWorkers, "{report}");
    assert!(node.worker_busy > 0.99, "{report}");
}

#[tokio::test]
async fn a_node_that_waits_for_calls_is_named_though_it_does_nothing() {
    let pipeline = Pipeline::named("calls")
        .edge_capacity(4)
        .source(FromIter::new(0..60_u32))
        .node("ask", |numbers| {
            numbers.map_async(1, |n| async move {
                sleep(Duration::from_millis(5)).await;
                n
            })
        })
        .for_each("print", drop);
    // On a worker of its own: only that knows how long it slept.
    let report = pipeline.run().await.unwrap();
    let node = slow_node(&report);
    assert_eq!(
        (&*node.node, node.remedy),
        ("ask", Remedy::MoreConcurrency),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waits_for_its_source_has_no_bottleneck() {
    let pipeline = Pipeline::named("idle");
    pipeline
        .builder()
        .node("ticks", || {
            let ticks = futures_util::stream::iter(0..40_u32);
            millpond::operators::flow(ticks).map_async(1, |n| async move {
                sleep(Duration::from_millis(5)).await;
                n
            })
        })
        .node("apart", |numbers| numbers)
        .on(Placement::Own)
        .ignore();
    let report = run(pipeline).await;
    assert_eq!(report.bottleneck(), None, "{report}");
}
