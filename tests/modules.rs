//! Modules: nested, loaded inside a stage, used as a stage.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::{Arc, Mutex};

use millpond::graph::{GraphBuilder, Outlet};
use millpond::module::{Module, PortMismatch, Ports};
use millpond::stage::{Identified, Stage};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions, message_type, ports};

/// Splits lines into words and parses them.
struct Parse {
    separator: char,
}

ports! {
    /// What `Parse` gives back.
    struct Parsed {
        numbers: u64,
        bad_words: String,
    }
}

impl Identified for Parse {
    const ID: &'static str = "parse";
}

impl Module for Parse {
    type In = Outlet<String>;
    type Out = Parsed;

    fn build(self, _: &GraphBuilder, lines: Outlet<String>) -> Parsed {
        let words = lines.node("split", move |lines| {
            lines.flat_map_iter(move |line: String| {
                let words = line.split(self.separator).map(str::to_owned);
                words.collect::<Vec<_>>()
            })
        });
        let [good, bad_words] =
            words.partition("tell", |word| usize::from(word.parse::<u64>().is_err()));
        let numbers = good.filter_map(|word| word.parse().ok());
        Parsed { numbers, bad_words }
    }
}

/// Parses twice, with two separators.
struct Ingest;

impl Identified for Ingest {
    const ID: &'static str = "ingest";
}

impl Module for Ingest {
    type In = (Outlet<String>, Outlet<String>);
    type Out = Outlet<u64>;

    fn build(self, graph: &GraphBuilder, (commas, dots): Self::In) -> Outlet<u64> {
        let one = graph.module(Parse { separator: ',' }, commas);
        let other = graph.module(Parse { separator: '.' }, dots);
        one.bad_words.merge("bad", [other.bad_words]).ignore();
        one.numbers.merge("all", [other.numbers])
    }
}

/// A stage that loads a module.
struct Numbers;

impl Identified for Numbers {
    const ID: &'static str = "numbers";
}

impl Stage<String> for Numbers {
    type Out = u64;

    fn build(self, lines: Outlet<String>) -> Outlet<u64> {
        let graph = lines.graph().clone();
        let parsed = graph.module(Parse { separator: ' ' }, lines);
        parsed.bad_words.ignore();
        parsed.numbers
    }
}

fn lines(pipeline: &Pipeline, lines: &'static [&'static str]) -> Outlet<String> {
    pipeline.source(FromIter::new(lines.iter().map(|line| String::from(*line))))
}

async fn numbers(outlet: Outlet<u64>) -> Vec<u64> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let pipeline = outlet.for_each("keep", move |n| keep.lock().unwrap().push(n));
    pipeline.run_local(RunOptions::new()).await.unwrap();
    let mut seen = seen.lock().unwrap().clone();
    seen.sort_unstable();
    seen
}

#[tokio::test]
async fn modules_nest_and_every_node_has_a_name_of_its_own() {
    let pipeline = Pipeline::named("nested");
    let commas = lines(&pipeline, &["1,2", "x,3"]);
    let dots = lines(&pipeline, &["4.5"]);
    let all = pipeline.builder().module(Ingest, (commas, dots));

    let names: Vec<_> = pipeline
        .graph()
        .nodes
        .iter()
        .map(|node| node.name.to_string())
        .collect();
    assert_eq!(
        names,
        [
            "from-iter",
            "from-iter.2",
            "ingest/parse/split",
            "ingest/parse/tell",
            "ingest/parse/filter-map",
            "ingest/parse.2/split",
            "ingest/parse.2/tell",
            "ingest/parse.2/filter-map",
            "ingest/bad",
            "ingest/ignore",
            "ingest/all",
        ]
    );
    assert_eq!(numbers(all).await, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_stage_loads_a_module() {
    let pipeline = Pipeline::named("stage");
    let all = lines(&pipeline, &["1 2", "three"]).stage(Numbers);

    let nodes = pipeline.graph().nodes;
    assert_eq!(&*nodes[1].name, "numbers/parse/split");
    assert_eq!(&*nodes[1].stage, "parse");
    assert_eq!(numbers(all).await, [1, 2]);
}

/// The same as a stage: a module of one inlet and one outlet.
impl Stage<String> for Parse {
    type Out = u64;

    fn build(self, lines: Outlet<String>) -> Outlet<u64> {
        let graph = lines.graph().clone();
        let parsed = Module::build(self, &graph, lines);
        parsed.bad_words.ignore();
        parsed.numbers
    }
}

#[tokio::test]
async fn a_module_is_used_as_a_stage() {
    let pipeline = Pipeline::named("as-stage");
    let all = lines(&pipeline, &["1-2", "three-4"]).stage(Parse { separator: '-' });

    assert_eq!(&*pipeline.graph().nodes[1].name, "parse/split");
    assert_eq!(numbers(all).await, [1, 2, 4]);
}

#[test]
fn ports_are_named_by_their_fields_or_their_numbers() {
    let names = |ports: Vec<millpond::module::Port>| -> Vec<String> {
        let shown = ports.into_iter();
        shown
            .map(|port| format!("{}: {}", port.name, port.message))
            .collect()
    };

    assert_eq!(
        names(Parsed::ports()),
        ["numbers: u64", "bad-words: String"]
    );
    assert_eq!(
        names(<(Outlet<u8>, Outlet<bool>)>::ports()),
        ["0: u8", "1: bool"]
    );
    assert!(<() as Ports>::ports().is_empty());
    assert!(Parsed::ports()[0].message.capabilities().clone);
}

#[test]
fn outlets_that_do_not_fit_the_ports_are_refused() {
    let pipeline = Pipeline::named("ports");
    let any = || {
        let outlet = pipeline.source(FromIter::new([1_u8]));
        outlet.any(message_type!(u8))
    };

    let Err(few) = Parsed::from_any(vec![any()]) else {
        panic!("one outlet for two ports");
    };
    assert_eq!(few.to_string(), "2 outlets are expected, but there are 1");
    let Err(wrong) = Parsed::from_any(vec![any(), any()]) else {
        panic!("bytes for numbers");
    };
    assert!(matches!(wrong, PortMismatch::Type { .. }));
    assert_eq!(
        wrong.to_string(),
        "port `numbers` carries `u64` messages, not `u8`"
    );
}
