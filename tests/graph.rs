//! A pipeline as data: its names, its drawings, and everything that can be
//! wrong with it before it runs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use millpond::Pipeline;
use millpond::graph::{BuildError, BuildErrors, Outlet, check};
use millpond::message::Mode;
use millpond::runtime::RunError;
use millpond::stage::{Identified, Stage};
use millpond::stages::{FromIter, Monitor, ToFile};

/// A stage of two nodes: one of its own name, and one that is lifted.
struct Words;

impl Identified for Words {
    const ID: &'static str = "words";
}

impl Stage<String> for Words {
    type Out = Vec<String>;

    fn build(self, lines: Outlet<String>) -> Outlet<Vec<String>> {
        lines
            .node(Self::ID, |lines| {
                lines.map(|line| line.split(' ').map(str::to_owned).collect())
            })
            .filter(|words: &Vec<String>| !words.is_empty())
    }
}

/// A stage that never likes where it is put.
struct Picky;

impl Identified for Picky {
    const ID: &'static str = "picky";
}

impl<M: Mode> Stage<u32, M> for Picky {
    type Out = u32;

    fn build(self, input: Outlet<u32, M>) -> Outlet<u32, M> {
        input.refuse("it wants even numbers: put a filter before it");
        input.map(|n| n)
    }
}

/// A module: a function from outlet to outlet.
fn tidy(lines: Outlet<String>) -> Outlet<String> {
    lines
        .stage(Words)
        .node("first", |words| {
            words.filter_map(|words| words.into_iter().next())
        })
        .capacity(16)
}

/// Stage, module used twice, broadcast, merge and dead letters.
fn everything() -> Pipeline {
    let pipeline = Pipeline::named("everything").edge_capacity(64);
    let [left, right] = pipeline
        .source(FromIter::new(["1 one", "two 2"].map(str::to_owned)))
        .broadcast::<2>("copy");
    let left = left.module("tidy", tidy);
    let right = right.module("tidy", tidy);
    let (numbers, errors) = left
        .merge("join", [right])
        .try_node("parse", |words| words.map(|word| word.parse::<u32>()));
    errors.capacity(8).for_each("complain", drop);
    let (halves, _odd) = numbers
        .stage(Monitor::new("numbers"))
        .try_node("halve", |numbers| {
            numbers.map(|n| if n % 2 == 0 { Ok(n / 2) } else { Err("odd") })
        });
    halves.for_each("print", drop)
}

#[test]
fn an_operator_that_is_a_whole_stage_has_its_name_and_a_second_one_has_not() {
    let names = |filters: usize| -> Vec<String> {
        let pipeline = Pipeline::named("names");
        let numbers = pipeline.source(FromIter::new([1_u8]));
        let filtered = numbers.module("filter", |numbers| {
            (0..filters).fold(numbers, |numbers, _| numbers.filter(|_| true))
        });
        let nodes = filtered.for_each("end", drop).graph().nodes;
        nodes.iter().map(|node| node.name.to_string()).collect()
    };
    assert_eq!(names(1), ["from-iter", "filter", "end"]);
    assert_eq!(names(2), ["from-iter", "filter", "filter/filter", "end"]);
}

#[test]
fn a_graph_is_drawn_as_text() {
    assert_snapshot!(everything().graph().to_text(), @"
    pipeline everything
      from-iter
        -> copy : String [64]
      copy
        -> tidy/words : String [64]
        -> tidy.2/words : String [64]
      tidy/words
        -> tidy/words/filter : Vec<String> [64]
      tidy/words/filter
        -> tidy/first : Vec<String> [64]
      tidy/first
        -> join : String [16]
      tidy.2/words
        -> tidy.2/words/filter : Vec<String> [64]
      tidy.2/words/filter
        -> tidy.2/first : Vec<String> [64]
      tidy.2/first
        -> join : String [16]
      join
        -> parse : String [64]
      parse
        -> monitor/map : u32 [64]
        ~> complain : DeadLetter<ParseIntError> [8]
      complain
      monitor/map
        -> halve : u32 [64]
      halve
        -> print : u32 [64]
        ~> (nothing) : DeadLetter<&str> [64]
      print
    ");
}

#[test]
fn a_graph_is_drawn_as_mermaid() {
    assert_snapshot!(everything().graph().to_mermaid(), @r#"
    flowchart LR
      n0["from-iter"]
      n1["copy"]
      n2["tidy/words"]
      n3["tidy/words/filter"]
      n4["tidy/first"]
      n5["tidy.2/words"]
      n6["tidy.2/words/filter"]
      n7["tidy.2/first"]
      n8["join"]
      n9["parse"]
      n10["complain"]
      n11["monitor/map"]
      n12["halve"]
      n13["print"]
      n0 -->|"String"| n1
      n1 -->|"String"| n2
      n1 -->|"String"| n5
      n2 -->|"Vec&lt;String&gt;"| n3
      n3 -->|"Vec&lt;String&gt;"| n4
      n4 -->|"String"| n8
      n5 -->|"Vec&lt;String&gt;"| n6
      n6 -->|"Vec&lt;String&gt;"| n7
      n7 -->|"String"| n8
      n8 -->|"String"| n9
      n9 -->|"u32"| n11
      n9 -.->|"DeadLetter&lt;ParseIntError&gt;"| n10
      n11 -->|"u32"| n12
      n12 -->|"u32"| n13
      n12 -.->|"DeadLetter&lt;&amp;str&gt;"| none14((" "))
    "#);
}

#[test]
fn an_unfinished_graph_is_drawn_too() {
    let pipeline = Pipeline::named("unfinished");
    let _open = pipeline.source(FromIter::new([1_u32])).stage(Picky);
    assert_snapshot!(pipeline.graph().to_text(), @"
    pipeline unfinished
      from-iter
        -> picky/map : u32
      picky/map
        -> (nothing) : u32
    ");
    assert_snapshot!(pipeline.graph().to_mermaid(), @r#"
    flowchart LR
      n0["from-iter"]
      n1["picky/map"]
      n0 -->|"u32"| n1
      n1 -->|"u32"| none1((" "))
    "#);
    assert_snapshot!(Pipeline::named("empty").graph().to_text(), @"pipeline empty");
}

#[test]
fn what_is_drawn_is_checked_and_fit_to_run() {
    assert_eq!(check(&everything().graph()), []);
}

#[test]
fn a_name_that_comes_again_gets_a_number() {
    let pipeline = Pipeline::named("names");
    pipeline
        .source(FromIter::new(["a".to_owned()]))
        .stage(Words)
        .map(|words: Vec<String>| words.concat())
        .stage(Words)
        .map(|words: Vec<String>| words.concat())
        .module("inner", |lines| {
            lines
                .stage(Words)
                .map(|words| words.concat())
                .stage(Words)
                .module("deep", |words| words.node("deep", |words| words))
        })
        .ignore();
    pipeline.source(FromIter::new([1_u8])).ignore();
    let graph = pipeline.graph();
    let names: Vec<_> = graph
        .nodes
        .iter()
        .map(|node| format!("{} of {}", node.name, node.stage))
        .collect();
    assert_snapshot!(names.join("\n"), @"
    from-iter of from-iter
    words of words
    words/filter of words
    map of map
    words.2 of words
    words.2/filter of words
    map.2 of map.2
    inner/words of words
    inner/words/filter of words
    inner/map of inner
    inner/words.2 of words
    inner/words.2/filter of words
    inner/deep of deep
    ignore of ignore
    from-iter.2 of from-iter
    ignore.2 of ignore.2
    ");
}

fn refused(pipeline: Pipeline) -> BuildErrors {
    match pipeline.start().unwrap_err() {
        RunError::Refused(errors) => errors,
        other => unreachable!("the pipeline was to be refused, not: {other}"),
    }
}

fn numbers(pipeline: &Pipeline) -> Outlet<u32> {
    pipeline.source(FromIter::new(0..3_u32))
}

#[test]
fn p0001_an_outlet_that_leads_nowhere() {
    let pipeline = Pipeline::named("open");
    let _open = numbers(&pipeline).map(|n| vec![n]);
    assert_snapshot!(refused(pipeline), @"
    pipeline `open` cannot start
      P0001: nothing follows the outlet of `map`, which carries `Vec<u32>`: give it a stage, a sink or `.ignore()`
    ");
}

#[test]
fn p0001_every_branch_of_a_broadcast_is_wanted() {
    let pipeline = Pipeline::named("open");
    let [first, _second, _third] = numbers(&pipeline).broadcast::<3>("copy");
    first.ignore();
    assert_snapshot!(refused(pipeline), @"
    pipeline `open` cannot start
      P0001: nothing follows the outlet of `copy`, which carries `u32`: give it a stage, a sink or `.ignore()`
      P0001: nothing follows the outlet of `copy`, which carries `u32`: give it a stage, a sink or `.ignore()`
    ");
}

#[test]
fn p0002_two_nodes_of_one_name() {
    let pipeline = numbers(&Pipeline::named("twins"))
        .node("work", |numbers| numbers)
        .node("work", |numbers| numbers)
        .for_each("print", drop);
    assert_snapshot!(refused(pipeline), @"
    pipeline `twins` cannot start
      P0002: two nodes are called `work`: name one of them differently
    ");
}

#[test]
fn p0003_an_edge_that_holds_nothing() {
    let pipeline = numbers(&Pipeline::named("narrow"))
        .node("work", |numbers| numbers)
        .capacity(0)
        .for_each("print", drop);
    assert_snapshot!(refused(pipeline), @"
    pipeline `narrow` cannot start
      P0003: the edge after `work` cannot be made: a capacity of 0 lets no message pass: give it at least 1
    ");
}

#[test]
fn p0003_edges_that_hold_nothing_by_default() {
    let pipeline = Pipeline::named("narrow").edge_capacity(0);
    let (good, _bad) = numbers(&pipeline).try_node("work", |numbers| numbers.map(Ok::<_, String>));
    good.ignore();
    assert_snapshot!(refused(pipeline), @"
    pipeline `narrow` cannot start
      P0003: the edge after `from-iter` cannot be made: a capacity of 0 lets no message pass: give it at least 1
      P0003: the edge after `work` cannot be made: a capacity of 0 lets no message pass: give it at least 1
      P0003: the edge after `work` cannot be made: a capacity of 0 lets no message pass: give it at least 1
    ");
}

#[test]
fn p0004_outlets_of_two_pipelines() {
    let (here, there) = (Pipeline::named("here"), Pipeline::named("there"));
    numbers(&here)
        .merge("join", [numbers(&there)])
        .for_each("print", drop);
    assert_snapshot!(refused(here), @"
    pipeline `here` cannot start
      P0004: `join` joins outlets of two pipelines: build both ends from one `Pipeline`
    ");
    assert_snapshot!(refused(there), @"
    pipeline `there` cannot start
      P0001: nothing follows the outlet of `from-iter`, which carries `u32`: give it a stage, a sink or `.ignore()`
    ");
}

#[test]
fn p0005_a_pipeline_without_a_source() {
    assert_snapshot!(refused(Pipeline::named("dry")), @"
    pipeline `dry` cannot start
      P0005: the pipeline has no source: begin with `.source(..)`
    ");
}

#[test]
fn p0006_a_stage_that_refuses() {
    let pipeline = numbers(&Pipeline::named("picky"))
        .stage(Picky)
        .module("inner", |numbers| numbers.stage(Picky))
        .sink(ToFile::json_lines("no/such/folder/out.jsonl"));
    assert_snapshot!(refused(pipeline), @"
    pipeline `picky` cannot start
      P0006: stage `picky`: it wants even numbers: put a filter before it
      P0006: stage `inner/picky`: it wants even numbers: put a filter before it
      P0006: stage `to-file`: there is no folder no/such/folder: make it first
    ");
}

#[test]
fn p0007_a_pipeline_that_was_started_already() {
    let pipeline = Pipeline::named("once");
    let same = numbers(&pipeline).for_each("print", drop);
    drop(same.start().unwrap());
    let errors = refused(pipeline);
    assert_eq!(errors.errors, [BuildError::AlreadyStarted]);
    assert_snapshot!(errors, @"
    pipeline `once` cannot start
      P0007: the pipeline has been started already: build it anew for another run
    ");
}

#[test]
fn everything_that_is_wrong_comes_at_once_in_the_order_of_the_nodes() {
    let pipeline = Pipeline::named("wrong");
    let [left, right] = numbers(&pipeline)
        .capacity(0)
        .stage(Picky)
        .broadcast::<2>("copy");
    let left = left.node("work", |numbers| numbers);
    let right = right.node("work", |numbers| numbers).capacity(0);
    let _open = left
        .merge("join", [right, numbers(&Pipeline::named("other"))])
        .stage(Picky);
    let errors = refused(pipeline);
    assert_snapshot!(errors, @"
    pipeline `wrong` cannot start
      P0003: the edge after `from-iter` cannot be made: a capacity of 0 lets no message pass: give it at least 1
      P0006: stage `picky`: it wants even numbers: put a filter before it
      P0002: two nodes are called `work`: name one of them differently
      P0003: the edge after `work` cannot be made: a capacity of 0 lets no message pass: give it at least 1
      P0004: `join` joins outlets of two pipelines: build both ends from one `Pipeline`
      P0006: stage `picky.2`: it wants even numbers: put a filter before it
      P0001: nothing follows the outlet of `picky.2/map`, which carries `u32`: give it a stage, a sink or `.ignore()`
    ");
    let codes: Vec<_> = errors
        .errors
        .iter()
        .map(|error| error.code().to_string())
        .collect();
    assert_eq!(
        codes,
        [
            "P0003", "P0006", "P0002", "P0003", "P0004", "P0006", "P0001"
        ]
    );
}

#[test]
fn nothing_of_a_refused_pipeline_has_run() {
    let ran = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let tell = std::sync::Arc::clone(&ran);
    let pipeline = numbers(&Pipeline::named("refused"))
        .node("work", move |numbers| {
            tell.store(true, std::sync::atomic::Ordering::SeqCst);
            numbers
        })
        .capacity(0)
        .for_each("print", drop);
    refused(pipeline);
    assert!(!ran.load(std::sync::atomic::Ordering::SeqCst));
}

#[test]
fn settings_win_over_the_stage_and_inner_settings_over_outer_ones() {
    use millpond::graph::{OnError, Placement, Settings};

    let pipeline = Pipeline::named("settings");
    let graph = pipeline.builder();
    let lines = pipeline.source(FromIter::new(["a"]));
    let outer = Settings {
        name: Some("clean".into()),
        placement: Some(Placement::Own),
        on_error: Some(OnError::Stop),
    };
    let inner = Settings {
        placement: Some(Placement::Inherit),
        ..Settings::default()
    };
    graph
        .with_settings(outer, || {
            lines.module("tidy", |lines| {
                let lines = lines.node("one", |lines| lines).on(Placement::Inherit);
                graph.with_settings(inner, || lines.module("two", |lines| lines.map(str::len)))
            })
        })
        .ignore();

    let nodes = pipeline.graph().nodes;
    let of = |name: &str| nodes.iter().find(|node| &*node.name == name).unwrap();
    assert_eq!(of("clean/one").placement, Placement::Own);
    assert_eq!(of("clean/two/map").placement, Placement::Inherit);
    assert_eq!(of("clean/two/map").on_error, OnError::Stop);
    assert_eq!(of("clean/one").stage.as_ref(), "tidy");
    assert_eq!(of("ignore").on_error, OnError::DeadLetter);
}
