use millpond::graph::{GraphBuilder, Outlet};
use millpond::module::Module;
use millpond::stage::Registry;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions, message_type, module, ports, stage};
use serde_json::json;

/// Takes what stands around a line away.
#[stage]
fn trim(line: String, around: char) -> String {
    line.trim_matches(around).to_owned()
}

/// Cleans lines.
#[module]
fn clean(lines: Outlet<String>, #[config(default = '-')] around: char) -> Outlet<String> {
    lines.stage(Trim { around }).node("full", |lines| {
        lines.filter(|line: &String| !line.is_empty())
    })
}

/// Tells numbers from other lines.
#[module(outputs(numbers, others))]
fn tell(lines: Outlet<String>) -> (Outlet<u64>, Outlet<String>) {
    let [numbers, others] =
        lines.partition("tell", |line| usize::from(line.parse::<u64>().is_err()));
    let numbers = numbers.node("parse", |lines| lines.filter_map(|line| line.parse().ok()));
    (numbers, others)
}

/// Joins two kinds of lines and counts from a number.
#[module]
fn join(
    left: Outlet<String>,
    graph: &GraphBuilder,
    right: Outlet<String>,
    #[config(range = 1..=3)] from: u64,
) -> (Outlet<String>, Outlet<u64>) {
    let numbers = graph.source(FromIter::new(from..=3));
    (left.merge("merge", [right]), numbers)
}

#[module]
fn count_up(#[config(default = 2)] to: u64, graph: &GraphBuilder) -> Outlet<u64> {
    graph.source(FromIter::new(0..to))
}

#[module(id = "drop-all")]
fn nothing(lines: Outlet<String>) {
    lines.ignore();
}

ports! {
    /// Halves of a line.
    struct Halves {
        first: String,
        second: String,
    }
}

#[module]
fn halve(lines: Outlet<String>) -> Halves {
    let [first, second] = lines.broadcast("copy");
    Halves { first, second }
}

fn texts<const N: usize>(texts: [&str; N]) -> [String; N] {
    texts.map(String::from)
}

#[tokio::test]
async fn a_module_of_one_outlet_at_each_end_is_a_stage() {
    let pipeline = Pipeline::named("clean");
    let report = pipeline
        .source(FromIter::new(texts(["-a-", "--"])))
        .stage(Clean::default())
        .stage(Clean { around: 'a' })
        .for_each("end", |_| panic!("nothing is left"))
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.node("clean/trim").received, 2);
    assert_eq!(report.node("clean/full").emitted, 1);
    assert_eq!(report.node("clean.2/full").emitted, 0);
}

#[tokio::test]
async fn outlets_go_by_their_names() {
    let pipeline = Pipeline::named("tell");
    let lines = pipeline.source(FromIter::new(texts(["1", "a", "2"])));
    let TellOutputs { numbers, others } = pipeline.builder().module(Tell, lines);
    others.ignore();
    let report = numbers
        .for_each("sum", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.node("sum").received, 2);
}

#[tokio::test]
async fn several_inlets_and_the_graph_are_given_by_name() {
    let pipeline = Pipeline::named("join");
    let left = pipeline.source(FromIter::new(texts(["a"])));
    let right = pipeline.source(FromIter::new(texts(["b"])));
    let inputs = JoinInputs { left, right };
    let (lines, numbers) = pipeline.builder().module(Join { from: 2 }, inputs);
    lines.sink(Nothing);
    let report = numbers
        .for_each("numbers", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.node("drop-all/ignore").received, 2);
    assert_eq!(report.node("numbers").received, 2);
}

#[tokio::test]
async fn an_option_of_a_module_out_of_its_range_is_refused() {
    let pipeline = Pipeline::named("join");
    let [left, right] = pipeline
        .source(FromIter::new(texts(["a"])))
        .broadcast("copy");
    let inputs = JoinInputs { left, right };
    let (lines, numbers) = pipeline.builder().module(Join { from: 9 }, inputs);
    lines.ignore();
    let error = numbers.for_each("end", drop).run().await.unwrap_err();
    assert!(error.to_string().contains("`from` is 9"), "{error}");
}

#[tokio::test]
async fn messages_may_start_in_a_module() {
    let report = Pipeline::named("count")
        .source(CountUp::default())
        .for_each("end", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.node("end").received, 2);
}

#[test]
fn modules_are_registered_with_their_ports() {
    let registry = Registry::collected().unwrap();
    for (id, shown) in [
        ("clean", "clean: String -> String"),
        ("tell", "tell: String -> (numbers: u64, others: String)"),
        (
            "join",
            "join: (left: String, right: String) -> (0: String, 1: u64)",
        ),
        ("drop-all", "drop-all: String -> ()"),
        ("halve", "halve: String -> (first: String, second: String)"),
    ] {
        assert_eq!(registry.latest(id).unwrap().to_string(), shown);
    }
}

#[test]
fn what_a_registered_module_gives_back_can_do_what_its_type_can() {
    let registry = Registry::collected().unwrap();
    let entry = registry.latest("clean").unwrap().entries()[0];
    let pipeline = Pipeline::named("built");
    let lines = pipeline.source(FromIter::new(texts(["-a-"])));
    let lines = vec![lines.any(message_type!(String))];
    let cleaned = entry.build(json!({}), pipeline.builder(), lines).unwrap();
    assert!(cleaned[0].message().capabilities().serialize);
}

#[test]
fn the_function_can_still_be_called_and_named_as_a_module() {
    fn is_module<M: Module>(_: &M) {}
    is_module(&Halve);
    let pipeline = Pipeline::named("called");
    let _open = clean(pipeline.source(FromIter::new(texts(["a"]))), '-');
    assert_eq!(pipeline.graph().nodes.len(), 3);
}
