use std::num::ParseIntError;

use millpond::graph::BuildError;
use millpond::operators::{Flow, Progress};
use millpond::stage::Registry;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunOptions, route, stage};

/// Puts two flows together, one by one.
#[stage]
fn pair(
    numbers: Flow<impl Progress<Item = u64>>,
    names: Flow<impl Progress<Item = String>>,
    #[config(default = 10)] most: usize,
) -> Flow<impl Progress<Item = (u64, String)>> {
    numbers.zip(names).take(most)
}

/// Tells numbers from other lines.
#[stage(outputs(numbers, errors))]
fn split(
    lines: Flow<impl Progress<Item = String>>,
) -> (
    Flow<impl Progress<Item = u64>>,
    Flow<impl Progress<Item = ParseIntError>>,
) {
    lines.map(|line| line.parse()).split_result(8)
}

/// What a line may be.
#[route]
enum Sorted {
    Number(u64),
    LongText(String),
}

/// Sorts lines.
#[stage(route)]
fn sort(line: String) -> Sorted {
    match line.parse() {
        Ok(number) => Sorted::Number(number),
        Err(_) => Sorted::LongText(line),
    }
}

fn texts<const N: usize>(texts: [&str; N]) -> [String; N] {
    texts.map(String::from)
}

#[tokio::test]
async fn several_flows_are_several_inlets() {
    let pipeline = Pipeline::named("pair");
    let numbers = pipeline.source(FromIter::new([1, 2, 3]));
    let names = pipeline.source(FromIter::new(texts(["one", "two"])));
    let inputs = PairInputs { numbers, names };
    let pairs = pipeline.builder().module(Pair::default(), inputs);
    let (sender, receiver) = std::sync::mpsc::channel();
    let report = pairs
        .for_each("collect", move |pair| sender.send(pair).unwrap())
        .run_local(RunOptions::new())
        .await
        .unwrap();
    let pairs: Vec<_> = receiver.try_iter().collect();
    assert_eq!(pairs, [(1, "one".to_owned()), (2, "two".to_owned())]);
    assert_eq!(report.node("pair").emitted, 2);
}

#[tokio::test]
async fn several_flows_that_leave_are_several_outlets() {
    let pipeline = Pipeline::named("split");
    let lines = pipeline.source(FromIter::new(texts(["1", "x", "2", "y", "z"])));
    let SplitOutputs { numbers, errors } = pipeline.builder().module(Split, lines);
    errors.for_each("errors", drop);
    let report = numbers
        .for_each("numbers", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.node("numbers").received, 2);
    assert_eq!(report.node("errors").received, 3);
    assert_eq!(report.node("split").received, 5);
}

#[tokio::test]
async fn one_outlet_may_be_left_before_the_other() {
    let pipeline = Pipeline::named("split");
    let lines = pipeline.source(FromIter::new((0..1000).map(|n| {
        if n % 2 == 0 {
            n.to_string()
        } else {
            "x".to_owned()
        }
    })));
    let SplitOutputs { numbers, errors } = pipeline.builder().module(Split, lines);
    errors
        .node("first", |errors| errors.take(1))
        .for_each("errors", drop);
    let report = numbers
        .for_each("numbers", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.node("numbers").received, 500);
    assert_eq!(report.node("errors").received, 1);
}

#[tokio::test]
async fn each_variant_goes_to_its_outlet() {
    let pipeline = Pipeline::named("sort");
    let lines = pipeline.source(FromIter::new(texts(["1", "x", "2"])));
    let SortedOutlets { number, long_text } = pipeline.builder().module(Sort, lines);
    long_text.for_each("texts", |text| assert_eq!(text, "x"));
    let report = number
        .for_each("numbers", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.node("numbers").received, 2);
    assert_eq!(report.node("sort/long-text").emitted, 1);
}

#[tokio::test]
async fn a_branch_that_leads_nowhere_is_told() {
    let pipeline = Pipeline::named("sort");
    let SortedOutlets { number, .. } = pipeline
        .source(FromIter::new(texts(["1"])))
        .stage(Sort)
        .route("branches");
    let error = number.for_each("end", drop).run().await.unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("nothing follows the outlet of `branches/long-text`"),
        "{error}"
    );
}

#[test]
fn an_inlet_of_another_pipeline_is_told() {
    let (here, there) = (Pipeline::named("here"), Pipeline::named("there"));
    let numbers = here.source(FromIter::new([1]));
    let names = there.source(FromIter::new(texts(["one"])));
    let inputs = PairInputs { numbers, names };
    here.builder().module(Pair::default(), inputs).ignore();
    let errors = millpond::graph::check(&here.graph());
    assert!(matches!(&errors[..], [BuildError::ForeignOutlet { node }] if **node == *"pair"));
}

#[test]
fn stages_of_several_ports_are_registered_with_them() {
    let registry = Registry::collected().unwrap();
    for (id, shown) in [
        (
            "pair",
            "pair: (numbers: u64, names: String) -> (u64, String)",
        ),
        (
            "split",
            "split: String -> (numbers: u64, errors: ParseIntError)",
        ),
        ("sort", "sort: String -> (number: u64, long-text: String)"),
    ] {
        assert_eq!(registry.latest(id).unwrap().to_string(), shown);
    }
}
