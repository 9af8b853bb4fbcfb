//! The registry: what it collects, how it builds, what it refuses.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests: what is missing fails the test"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::graph::{AnyOutlet, Outlet};
use millpond::message::{Message, MessageType};
use millpond::module::Module;
use millpond::stage::{
    Conflict, Entry, EntryError, Identified, Misfit, NotFound, Origin, Registered, Registry, Sink,
    Source, Stage,
};
use millpond::{Pipeline, RunOptions, message_type, ports};
use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Counts up.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Count {
    /// Where it ends.
    to: u64,
}

impl Identified for Count {
    const ID: &'static str = "count";
}

impl Source for Count {
    type Out = u64;

    fn build(self, graph: &millpond::graph::GraphBuilder) -> Outlet<u64> {
        graph.node(Self::ID, move || millpond::operators::flow(0..self.to))
    }
}

/// Passes messages on.
#[derive(Deserialize, JsonSchema)]
struct Pass {}

impl Identified for Pass {
    const ID: &'static str = "pass";
}

impl<T: Message> Stage<T> for Pass {
    type Out = T;

    fn build(self, input: Outlet<T>) -> Outlet<T> {
        input.node(Self::ID, |flow| flow)
    }
}

/// Says each message twice.
#[derive(Deserialize, JsonSchema)]
struct Twice {}

impl Identified for Twice {
    const ID: &'static str = "twice";
}

impl<T: Message + Clone> Stage<T> for Twice {
    type Out = T;

    fn build(self, input: Outlet<T>) -> Outlet<T> {
        input.node(Self::ID, |flow| {
            flow.flat_map_iter(|message: T| [message.clone(), message])
        })
    }
}

/// Gathers messages.
#[derive(Deserialize, JsonSchema)]
struct Group {
    /// How many.
    size: usize,
}

impl Identified for Group {
    const ID: &'static str = "group";
}

impl<T: Message> Stage<T> for Group {
    type Out = Vec<T>;

    fn build(self, input: Outlet<T>) -> Outlet<Vec<T>> {
        input.node(Self::ID, move |flow| {
            flow.batch(self.size, Duration::from_secs(1))
        })
    }
}

/// Adds no node: gives back what it is given.
#[derive(Deserialize, JsonSchema)]
struct Skip {}

impl Identified for Skip {
    const ID: &'static str = "skip";
}

impl<T: Message> Stage<T> for Skip {
    type Out = T;

    fn build(self, input: Outlet<T>) -> Outlet<T> {
        input
    }
}

/// Adds no node either, for numbers and for groups of them.
#[derive(Deserialize, JsonSchema)]
struct SkipNumbers {}

impl Identified for SkipNumbers {
    const ID: &'static str = "skip-numbers";
}

impl Stage<u64> for SkipNumbers {
    type Out = u64;

    fn build(self, input: Outlet<u64>) -> Outlet<u64> {
        input
    }
}

impl Stage<Vec<u64>> for SkipNumbers {
    type Out = Vec<u64>;

    fn build(self, input: Outlet<Vec<u64>>) -> Outlet<Vec<u64>> {
        input
    }
}

/// Turns numbers to texts and back.
#[derive(Deserialize, JsonSchema)]
struct Turn {}

impl Identified for Turn {
    const ID: &'static str = "turn";
}

impl Stage<u64> for Turn {
    type Out = String;

    fn build(self, input: Outlet<u64>) -> Outlet<String> {
        input.map(|n| n.to_string())
    }
}

impl Stage<String> for Turn {
    type Out = u64;

    fn build(self, input: Outlet<String>) -> Outlet<u64> {
        input.filter_map(|text| text.parse().ok())
    }
}

/// Keeps what comes, as JSON.
#[derive(Deserialize, JsonSchema)]
struct Keep {}

static KEPT: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl Identified for Keep {
    const ID: &'static str = "keep";
}

impl<T: Message + Serialize> Sink<T> for Keep {
    fn build(self, input: Outlet<T>) {
        input.consume(Self::ID, |flow| async {
            flow.for_each(|message| KEPT.lock().unwrap().push(json!(message).to_string()))
                .await;
            Ok::<_, std::convert::Infallible>(())
        });
    }
}

/// Tells even numbers from odd ones.
#[derive(Deserialize, JsonSchema)]
struct Parity {}

ports! {
    /// What `Parity` gives back.
    struct Told {
        even: u64,
        odd_ones: u64,
    }
}

impl Identified for Parity {
    const ID: &'static str = "parity";
}

impl Module for Parity {
    type In = Outlet<u64>;
    type Out = Told;

    fn build(self, _: &millpond::graph::GraphBuilder, numbers: Outlet<u64>) -> Told {
        let [even, odd_ones] = numbers.partition("tell", |n| usize::from(n % 2 == 1));
        Told { even, odd_ones }
    }
}

millpond::register!(source Count);
millpond::register!(stage Pass: any; version = "1.2.0");
millpond::register!(stage Twice: any + Clone);
millpond::register!(stage Group: any);
millpond::register!(stage Skip: any);
millpond::register!(stage SkipNumbers: u64, Vec<u64>);
millpond::register!(stage Turn: u64, String; version = "2.0.0");
millpond::register!(sink Keep: any + Serialize);
millpond::register!(module Parity);

fn registry() -> Registry {
    Registry::collected().unwrap()
}

/// Adds a stage after `inputs`, by the entry that accepts them.
fn add(
    pipeline: &Pipeline,
    id: &str,
    config: serde_json::Value,
    inputs: Vec<AnyOutlet>,
) -> Vec<AnyOutlet> {
    let registry = registry();
    let types: Vec<_> = inputs.iter().map(|input| input.message().clone()).collect();
    let entries = registry.latest(id).unwrap().entries();
    let entry = entries
        .iter()
        .find(|entry| entry.signature().infer(&types).is_ok());
    let graph = pipeline.builder();
    entry.unwrap().build(config, graph, inputs).unwrap()
}

#[test]
fn a_stage_shows_its_types_its_help_and_where_it_comes_from() {
    let registry = registry();
    let shown = |id| registry.latest(id).unwrap().to_string();

    assert_eq!(shown("count"), "count: () -> u64");
    assert_eq!(shown("twice"), "twice: T: Clone -> T");
    assert_eq!(shown("group"), "group: T -> Vec<T>");
    assert_eq!(shown("turn"), "turn: String -> u64\nturn: u64 -> String");
    assert_eq!(shown("keep"), "keep: T: Serialize -> ()");
    assert_eq!(shown("parity"), "parity: u64 -> (even: u64, odd-ones: u64)");

    let count = registry.latest("count").unwrap();
    assert_eq!(count.help(), "Counts up.");
    assert_eq!(
        count.schema().as_value()["properties"]["to"]["description"],
        "Where it ends."
    );
    assert_eq!(count.origin().package, "millpond");
    assert_eq!(
        registry.latest("turn").unwrap().version,
        Version::new(2, 0, 0)
    );
}

#[tokio::test]
async fn stages_made_by_name_run_with_types_known_at_run_time_only() {
    let pipeline = Pipeline::named("erased");
    let mut outlets = add(&pipeline, "count", json!({"to": 3}), Vec::new());
    for (id, config) in [
        ("pass", json!({})),
        ("turn", json!({})),
        ("pass", json!({})),
        ("twice", json!({})),
        ("turn", json!({})),
        ("group", json!({"size": 4})),
        ("pass", json!({})),
        ("keep", json!({})),
    ] {
        outlets = add(&pipeline, id, config, outlets);
    }
    let messages: Vec<_> = pipeline
        .graph()
        .edges
        .into_iter()
        .map(|edge| edge.message)
        .collect();
    assert_eq!(
        messages,
        [
            "u64", "u64", "String", "String", "String", "u64", "Vec<u64>", "Vec<u64>"
        ]
    );

    let report = pipeline.run_local(RunOptions::new()).await.unwrap();

    assert_eq!(*KEPT.lock().unwrap(), ["[0,0,1,1]", "[2,2]"]);
    for edge in &report.edges {
        assert_eq!(edge.counts.sent, edge.counts.received);
    }
}

#[tokio::test]
async fn a_stage_may_give_back_the_outlet_that_it_was_given() {
    for stages in [
        &["skip", "skip-numbers"][..],
        &["skip", "skip-numbers", "skip", "pass"],
        &["pass", "skip-numbers", "pass"],
        &["pass", "skip-numbers", "skip"],
        &["pass", "skip", "skip-numbers", "skip-numbers"],
        &["group", "skip-numbers", "pass"],
        &["group", "skip", "skip-numbers"],
        &["group", "skip-numbers", "skip", "skip-numbers", "skip"],
    ] {
        let pipeline = Pipeline::named("skipped");
        let mut outlets = add(&pipeline, "count", json!({"to": 8}), Vec::new());
        for id in stages {
            outlets = add(&pipeline, id, json!({"size": 2}), outlets);
        }
        let kept = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&kept);
        let pipeline = match outlets.remove(0).typed::<u64>() {
            Ok(numbers) => numbers.for_each("end", move |n| sink.lock().unwrap().push(n)),
            Err(groups) => {
                let groups = groups.typed::<Vec<u64>>().unwrap();
                groups.for_each("end", move |group| sink.lock().unwrap().extend(group))
            }
        };

        let run = pipeline.run_local(RunOptions::new()).await;

        assert!(run.is_ok(), "{stages:?}: {}", run.unwrap_err());
        assert!(kept.lock().unwrap().iter().copied().eq(0..8), "{stages:?}");
    }
}

#[test]
fn a_closure_for_messages_that_the_edge_does_not_carry_as_such_is_refused() {
    let pipeline = Pipeline::named("hooks");
    let numbers = add(&pipeline, "count", json!({"to": 3}), Vec::new());
    let numbers = add(&pipeline, "pass", json!({}), numbers).remove(0);
    let numbers = numbers.typed::<u64>().unwrap();
    numbers.weigh(|n| usize::try_from(*n).unwrap()).ignore();

    let error = pipeline.start().unwrap_err().to_string();

    assert!(
        error.contains("P0006") && error.contains("cannot be used on the edge after `pass`"),
        "{error}"
    );
}

#[tokio::test]
async fn what_was_hidden_is_read_across_workers() {
    let pipeline = Pipeline::named("hidden");
    let kept = Arc::new(Mutex::new(Vec::new()));
    let numbers = add(&pipeline, "count", json!({"to": 1000}), Vec::new());
    let numbers = add(&pipeline, "pass", json!({}), numbers).remove(0);
    let numbers = numbers.typed::<u64>().unwrap();
    let sink = Arc::clone(&kept);
    let pipeline = numbers
        .on(millpond::graph::Placement::Own)
        .for_each("keep", move |n| sink.lock().unwrap().push(n));

    pipeline.run().await.unwrap();

    assert!(kept.lock().unwrap().iter().copied().eq(0..1000));
}

#[tokio::test]
async fn a_module_gives_its_ports_back_by_name() {
    let pipeline = Pipeline::named("ports");
    let numbers = add(&pipeline, "count", json!({"to": 5}), Vec::new());
    let [even, odd]: [AnyOutlet; 2] = add(&pipeline, "parity", json!({}), numbers)
        .try_into()
        .unwrap();
    odd.typed::<u64>().unwrap().ignore();
    let pipeline = even.typed::<u64>().unwrap().for_each("even", drop);

    let report = pipeline.run().await.unwrap();

    assert_eq!(report.node("even").received, 3);
    assert_eq!(report.node("parity/tell").emitted, 5);
}

#[test]
fn options_that_do_not_fit_are_refused_with_their_path() {
    let registry = registry();
    let build = |config| {
        let entry = registry.latest("count").unwrap().entries()[0];
        entry.build(config, Pipeline::named("p").builder(), Vec::new())
    };
    let refused = |config| build(config).unwrap_err().to_string();

    assert_eq!(
        refused(json!({"to": "x"})),
        "option `to`: invalid type: string \"x\", expected u64"
    );
    assert_eq!(refused(json!({})), "missing field `to`");
    assert_eq!(
        refused(json!({"to": 1, "two": 2})),
        "option `two`: unknown field `two`, expected `to`"
    );
}

#[test]
fn messages_that_do_not_fit_are_refused() {
    struct Sealed;
    let registry = registry();
    let infer = |id, message| {
        let signatures = registry.latest(id).unwrap().signatures();
        signatures[0].infer(&[message])
    };

    let misfit = infer("turn", message_type!(bool)).unwrap_err();
    assert_eq!(
        misfit.to_string(),
        "it accepts `String` messages, not `bool`"
    );
    let misfit = infer("twice", message_type!(Sealed)).unwrap_err();
    assert_eq!(
        misfit.to_string(),
        "it needs messages that are `Clone`, and `Sealed` is not"
    );
    assert_eq!(
        infer("count", message_type!(u64)),
        Err(Misfit::Number {
            expected: 0,
            found: 1
        })
    );
    let vec = MessageType::of::<u64>().vec().unwrap();
    assert!(matches!(infer("group", vec), Err(Misfit::Nested { .. })));

    let pipeline = Pipeline::named("p");
    let wrong = pipeline.source(millpond::stages::FromIter::new([true]));
    let entry = registry.latest("turn").unwrap().entries()[0];
    let refused = entry.build(
        json!({}),
        pipeline.builder(),
        vec![wrong.any(message_type!(bool))],
    );
    assert!(matches!(
        refused,
        Err(EntryError::Misfit(Misfit::Type { .. }))
    ));
}

#[test]
fn a_name_that_is_not_known_is_answered_with_the_nearest() {
    let registry = registry();

    let error = registry.latest("cuont").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no stage is called `cuont`: did you mean `count`?"
    );
    let requirement = VersionReq::parse("^3").unwrap();
    let error = registry.find("turn", &requirement).unwrap_err();
    assert!(matches!(error, NotFound::Version { .. }));
    assert_eq!(
        error.to_string(),
        "no version of `turn` meets `^3`: there is 2.0.0"
    );
}

#[test]
fn stages_that_convert_are_found_by_their_types() {
    let registry = registry();
    let ids = |from, to| -> Vec<_> {
        let found = registry.converters(&from, &[to]);
        found.into_iter().map(Registered::id).collect()
    };

    assert_eq!(ids(message_type!(u64), message_type!(String)), ["turn"]);
    assert!(ids(message_type!(bool), message_type!(String)).is_empty());
}

#[test]
fn two_crates_with_one_id_are_both_named() {
    const fn origin(package: &'static str, version: &'static str) -> Origin {
        Origin::new(package, version, "src/lib.rs", 7)
    }
    fn types() -> millpond::stage::Signature {
        millpond::stage::signature_of(None, Some(message_type!(u64)))
    }
    static ONE: Entry = Entry::source::<Count>(origin("one", "1.0.0"), types);
    static OTHER: Entry = Entry::source::<Count>(origin("other", "1.0.0"), types);
    static NEWER: Entry = Entry::source::<Count>(origin("other", "1.1.0"), types);
    static ODD: Entry = Entry::source::<Count>(origin("odd", "new"), types);

    let conflicts = Registry::of([&ONE, &OTHER, &ODD]).unwrap_err();
    let texts: Vec<_> = conflicts.iter().map(Conflict::to_string).collect();
    assert_eq!(
        texts,
        [
            "two stages are called `count`: one of one 1.0.0 (src/lib.rs:7), one of other 1.0.0 \
             (src/lib.rs:7); give one of them another id",
            "stage `count` of odd new (src/lib.rs:7) has no semantic version (unexpected \
             character 'n' while parsing major version number): write it as `1.2.0`",
        ]
    );
    let conflicts = Registry::of([&ONE, &NEWER]).unwrap_err();
    assert_eq!(
        conflicts[0].to_string(),
        "two stages are called `count`: one of one 1.0.0 (src/lib.rs:7), one of other 1.1.0 \
         (src/lib.rs:7); give one of them another id",
    );
}

#[test]
fn two_versions_of_one_crate_stand_beside_each_other() {
    const fn origin(version: &'static str) -> Origin {
        Origin::new("one", version, "src/lib.rs", 7)
    }
    fn types() -> millpond::stage::Signature {
        millpond::stage::signature_of(None, Some(message_type!(u64)))
    }
    static OLD: Entry = Entry::source::<Count>(origin("1.0.0"), types);
    static NEW: Entry = Entry::source::<Count>(origin("1.1.0"), types);

    let registry = Registry::of([&NEW, &OLD]).unwrap();
    let latest = registry.latest("count").unwrap();
    assert_eq!(latest.version, Version::new(1, 1, 0));
    let pinned = VersionReq::parse("=1.0.0").unwrap();
    let pinned = registry.find("count", &pinned).unwrap();
    assert_eq!(pinned.version, Version::new(1, 0, 0));
}

#[tokio::test]
async fn outlets_of_types_known_at_run_time_are_copied_and_joined() {
    let pipeline = Pipeline::named("fan");
    let numbers = add(&pipeline, "count", json!({"to": 4}), Vec::new());
    let numbers = add(&pipeline, "pass", json!({}), numbers).remove(0);
    let mut branches = numbers.broadcast("copy", 3).unwrap();
    let first = branches.remove(0);
    let joined = first.merge("join", branches).unwrap();
    let joined = joined.typed::<u64>().unwrap();

    let report = joined.for_each("all", drop).run().await.unwrap();

    assert_eq!(report.node("copy").received, 4);
    assert_eq!(report.node("all").received, 12);
}

#[test]
fn what_cannot_be_copied_or_joined_is_given_back() {
    struct Sealed;
    let pipeline = Pipeline::named("fan");
    let sealed = pipeline.source(millpond::stages::FromIter::new([Sealed]));
    let sealed = sealed.any(message_type!(Sealed)).broadcast("copy", 2);
    let sealed = sealed.unwrap_err();
    let bytes = pipeline.source(millpond::stages::FromIter::new([1_u8]));

    let refused = sealed.merge("join", vec![bytes.any(message_type!(u8))]);
    assert_eq!(refused.unwrap_err().name(), "u8");
}
