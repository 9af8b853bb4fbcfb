//! What may be replicated, and what its replicas are called.

use millpond::Pipeline;
use millpond::graph::{Any, ByKey, Outlet, Preserve};
use millpond::message::{Mode, Plain};
use millpond::operators::Flow;
use millpond::stage::{Identified, Stage};
use millpond::stages::FromIter;

use super::collected;

/// A stage of two nodes that handles one message at a time.
#[derive(Clone)]
struct Halves;

impl Identified for Halves {
    const ID: &'static str = "halves";
}

impl<M: Mode> Stage<u32, M> for Halves {
    type Out = u32;

    fn build(self, numbers: Outlet<u32, M>) -> Outlet<u32, M> {
        numbers.filter(|n: &u32| n.is_multiple_of(2)).map(|n| n / 2)
    }
}

/// A stage that reshapes the stream: it drops what repeats.
#[derive(Clone)]
struct Changes;

impl Identified for Changes {
    const ID: &'static str = "changes";
}

impl Stage<u32> for Changes {
    type Out = u32;

    fn build(self, numbers: Outlet<u32>) -> Outlet<u32> {
        numbers.node(Self::ID, Flow::dedup)
    }
}

#[tokio::test]
async fn a_stage_of_several_nodes_keeps_the_order_though_it_filters() {
    let halves = collected(
        |numbers| numbers.replicate(3, Preserve).stage(Halves),
        20_000,
    )
    .await;
    assert_eq!(halves, (0..10_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stage_that_reshapes_the_stream_works_on_the_messages_of_its_keys() {
    let numbers = |numbers: Outlet<u32>| {
        let tens = numbers.map(|n| n / 10);
        tens.replicate(3, ByKey(|n: &u32| *n)).stage(Changes)
    };
    let mut seen = collected(numbers, 5_000).await;
    seen.sort_unstable();
    assert_eq!(seen, (0..500).collect::<Vec<_>>());
}

#[test]
fn replicas_are_numbered_and_later_stages_keep_clear_of_them() {
    let pipeline = Pipeline::named("names");
    let numbers = pipeline.source(FromIter::new(0..3_u32));
    let numbers = numbers.replicate(3, Any).stage(Changes);
    let numbers = numbers.stage(Changes).replicate(1, Preserve).stage(Halves);
    numbers.replicate(1, Any).stage(Changes).ignore();
    let graph = pipeline.graph();
    assert_eq!(millpond::graph::check(&graph), []);
    let names: Vec<_> = graph.nodes.iter().map(|node| &*node.name).collect();
    assert_eq!(
        names,
        [
            "from-iter",
            "changes/split",
            "changes.0",
            "changes.1",
            "changes.2",
            "changes/join",
            "changes.3",
            "halves/split",
            "halves.0/filter",
            "halves.0/map",
            "halves/join",
            "changes.4/split",
            "changes.4.0",
            "changes.4/join",
            "ignore",
        ]
    );
    let replicas = graph
        .nodes
        .iter()
        .filter_map(|node| node.replica_of.as_deref());
    let replicas: Vec<_> = replicas.collect();
    assert_eq!(
        replicas,
        ["changes", "changes", "changes", "halves", "changes.4"]
    );
    assert!(
        graph.nodes[2..5]
            .iter()
            .all(|node| &*node.stage == "changes")
    );
}

#[test]
fn no_replicas_at_all_and_too_many_are_refused() {
    for (replicas, remedy) in [(0, "at least 1"), (usize::MAX, "at most 1024")] {
        let pipeline = Pipeline::named("none");
        let numbers = pipeline.source(FromIter::new(0..3_u32));
        numbers
            .replicate(replicas, Any)
            .node("work", |numbers| numbers)
            .ignore();
        let error = pipeline.start().unwrap_err().to_string();
        assert_eq!(
            error,
            format!(
                "pipeline `none` cannot start\n  \
                 P0006: stage `work`: it shall have {replicas} replicas: ask for {remedy}"
            )
        );
    }
}

#[test]
fn an_outlet_of_another_pipeline_is_no_replica() {
    let pipeline = Pipeline::named("own");
    let other = Pipeline::named("other");
    let numbers = pipeline.source(FromIter::new(0..3_u32));
    let joined = numbers.replicate(2, Any).module("work", |_, numbers| {
        numbers.ignore();
        other.source(FromIter::new(0..3_u32))
    });
    joined.ignore();
    let error = pipeline.start().unwrap_err().to_string();
    assert!(error.contains("work/join"), "{error}");
    assert!(error.contains("P0004"), "{error}");
}

#[tokio::test]
async fn state_in_the_maker_of_a_node_lasts_from_message_to_message() {
    let numbered = |numbers: Outlet<u32>| {
        let mut count = 0;
        numbers
            .replicate(1, Preserve)
            .node("count", move |numbers| {
                count += 1;
                numbers.map(move |_| count)
            })
    };
    assert_eq!(collected(numbered, 5).await, [1, 2, 3, 4, 5]);
}

/// The mode of an edge is part of its type: this would not compile otherwise.
#[test]
fn behind_replicas_the_edge_is_plain_again() {
    let numbers = Pipeline::named("plain").source(FromIter::new(0..3_u32));
    let joined: Outlet<u32, Plain> = numbers.replicate(2, Preserve).stage(Halves);
    joined.stage(Changes).ignore();
}
