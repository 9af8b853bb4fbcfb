use std::cell::RefCell;
use std::collections::HashSet;
use std::convert::Infallible;
use std::fmt::Debug;
use std::hash::Hash;
use std::num::ParseIntError;
use std::rc::Rc;
use std::time::Duration;

use millpond::message::Message;
use millpond::operators::window::ShortWindow;
use millpond::operators::{Flow, Progress};
use millpond::stage;
use millpond::stage::{Cost, Identified, Registry};
use serde::{Deserialize, Serialize};

use crate::through;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

// === one message at a time ===

/// What is found, and no `Result`.
#[derive(Clone, Debug, PartialEq)]
struct SearchResult(String);

#[stage(register = false)]
fn search(line: String) -> SearchResult {
    SearchResult(line)
}

#[stage(register = false)]
fn search_twice(line: String) -> impl Iterator<Item = SearchResult> {
    [line.clone(), line].into_iter().map(SearchResult)
}

#[tokio::test]
async fn a_message_may_have_a_name_that_ends_in_result() {
    let found = SearchResult("a".to_owned());
    let (out, _) = through!(texts(&["a"]), Search);
    assert_eq!(out, std::slice::from_ref(&found));
    let (out, _) = through!(texts(&["a"]), SearchTwice);
    assert_eq!(out, [found.clone(), found]);
}

/// Counts the letters of a line.
#[stage]
fn letters(line: String) -> usize {
    line.chars().count()
}

#[tokio::test]
async fn one_message_becomes_one_other() {
    let (out, report) = through!(texts(&["a", "bcd"]), Letters);
    assert_eq!(out, [1, 3]);
    assert_eq!(report.node("letters").emitted, 2);
}

#[test]
fn the_function_can_still_be_called() {
    assert_eq!(letters("four".to_owned()), 4);
}

/// Keeps long lines.
#[stage]
fn long(line: String, #[config(default = 3)] letters: usize) -> Option<String> {
    (line.len() >= letters).then_some(line)
}

#[tokio::test]
async fn one_message_becomes_one_or_none() {
    let (out, _) = through!(texts(&["ab", "abc"]), Long::default());
    assert_eq!(out, ["abc"]);
    let (out, _) = through!(texts(&["ab", "abc"]), Long::builder().letters(2).build());
    assert_eq!(out, ["ab", "abc"]);
}

/// Splits a line into words.
#[stage]
fn words(line: &str) -> impl Iterator<Item = String> {
    line.split(' ').map(str::to_owned)
}

#[tokio::test]
async fn one_message_becomes_several() {
    let (out, report) = through!(texts(&["to be", "or"]), Words);
    assert_eq!(out, ["to", "be", "or"]);
    assert_eq!(report.node("words").emitted, 3);
}

/// Counts up to a number, without an end in sight.
#[stage]
fn count_to(most: u64) -> impl Iterator<Item = u64> {
    1..=most
}

#[tokio::test]
async fn an_iterator_that_owns_is_read_as_it_goes() {
    #[stage]
    fn first(
        flow: Flow<impl Progress<Item = u64>>,
        count: usize,
    ) -> Flow<impl Progress<Item = u64>> {
        flow.take(count)
    }

    // Collected, so many numbers would not fit into memory.
    let (out, _) = through!([u64::MAX], CountTo, First { count: 2 });
    assert_eq!(out, [1, 2]);
}

/// Reads a number.
#[stage(on_error = dead_letter)]
fn number(
    text: &str,
    #[config(default = 10, range = 2..=36)] radix: u32,
) -> Result<i64, ParseIntError> {
    i64::from_str_radix(text, radix)
}

#[tokio::test]
async fn what_fails_becomes_a_dead_letter() {
    let (out, report) = through!(texts(&["1", "x", "2"]), Number::default());
    assert_eq!(out, [1, 2]);
    assert_eq!(report.node("number").dead_lettered, 1);
}

#[tokio::test]
async fn dead_letters_can_be_read_and_carry_the_message_that_was_lent() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let (numbers, rejected) = millpond::Pipeline::named("numbers")
        .source(millpond::stages::FromIter::new(texts(&["1", "x"])))
        .try_stage(Number::default());
    rejected.for_each("reject", move |letter| sender.send(letter).unwrap());
    numbers.for_each("end", drop).run().await.unwrap();
    let letter = receiver.recv().unwrap();
    assert_eq!(letter.error.message, "x");
    assert_eq!(letter.to_string(), "number: invalid digit found in string");
}

#[stage(on_error = stop)]
fn strict(text: String) -> Result<i64, ParseIntError> {
    text.parse()
}

#[tokio::test]
async fn what_fails_ends_the_run_if_the_stage_says_so() {
    let report = millpond::Pipeline::named("strict")
        .source(millpond::stages::FromIter::new(texts(&["1", "x"])))
        .stage(Strict)
        .for_each("drop", drop)
        .run()
        .await;
    let error = report.unwrap_err().to_string();
    assert!(error.contains("strict"), "{error}");
}

/// Keeps numbers but for zero, and fails for what is none.
#[stage]
fn positive(text: String) -> Result<Option<u64>, ParseIntError> {
    Ok(Some(text.parse()?).filter(|number| *number > 0))
}

#[stage]
fn digits(number: u64) -> Result<impl Iterator<Item = char>, Infallible> {
    Ok(number.to_string().chars().collect::<Vec<_>>().into_iter())
}

#[stage]
fn each_number(line: &str) -> impl Iterator<Item = Result<u64, ParseIntError>> {
    line.split(' ').map(str::parse)
}

#[tokio::test]
async fn options_and_iterators_may_fail() {
    let (out, report) = through!(texts(&["0", "12", "x"]), Positive, Digits);
    assert_eq!(out, ['1', '2']);
    assert_eq!(report.node("positive").dead_lettered, 1);

    let (out, report) = through!(texts(&["1 x 2"]), EachNumber);
    assert_eq!(out, [1, 2]);
    assert_eq!(report.node("each-number").dead_lettered, 1);
}

type FalliblyResult<T> = Result<T, ParseIntError>;

#[tokio::test]
async fn an_alias_of_a_result_is_a_result() {
    #[stage]
    fn std_io(text: String) -> std::io::Result<String> {
        Ok(text)
    }
    #[stage]
    fn hidden(text: String) -> FalliblyResult<u8> {
        text.parse()
    }
    let (out, _) = through!(texts(&["1", "2"]), StdIo, Hidden);
    assert_eq!(out, [1_u8, 2]);
}

// === options ===

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub(crate) struct Limits {
    most: usize,
}

/// Says what its options are.
#[stage]
pub(crate) fn options(
    (): (),
    /// A text.
    text: &str,
    path: &std::path::Path,
    names: &[String],
    maybe: Option<&str>,
    number: Option<u64>,
    limits: &Limits,
    #[config(default = "x")] short: String,
    #[config(default)] flag: bool,
) -> String {
    format!(
        "{text} {} {names:?} {maybe:?} {number:?} {limits:?} {short} {flag}",
        path.display()
    )
}

#[tokio::test]
async fn options_are_handed_over_as_the_function_takes_them() {
    let stage = Options::builder()
        .text("text")
        .path("a/b")
        .names(["n".to_owned()])
        .maybe("m")
        .number(7)
        .limits(Limits { most: 1 })
        .build();
    let (out, _) = through!([()], stage);
    assert_eq!(
        out,
        [r#"text a/b ["n"] Some("m") Some(7) Limits { most: 1 } x false"#]
    );
}

#[test]
fn options_are_read_from_a_table_and_written_as_one() {
    let table = serde_json::json!({
        "text": "t", "path": "p", "names": [], "limits": { "most": 2 }, "flag": true,
    });
    let stage: Options = serde_json::from_value(table).unwrap();
    assert_eq!(
        (stage.flag, stage.short.as_str(), stage.number),
        (true, "x", None)
    );
    assert_eq!(serde_json::to_value(&stage).unwrap()["limits"]["most"], 2);
    let unknown = serde_json::from_value::<Long>(serde_json::json!({ "leters": 1 }));
    assert!(unknown.unwrap_err().to_string().contains("`letters`"));
    assert!(serde_json::from_value::<Letters>(serde_json::json!({ "a": 1 })).is_err());
    assert!(serde_json::from_value::<Letters>(serde_json::json!({})).is_ok());
}

#[tokio::test]
async fn an_option_out_of_its_range_is_refused_before_anything_runs() {
    let pipeline = millpond::Pipeline::named("refused");
    let refused = pipeline
        .source(millpond::stages::FromIter::new(texts(&["1"])))
        .stage(Number { radix: 99 })
        .for_each("drop", drop)
        .run()
        .await;
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("`radix` is 99, which is not within 2..=36"),
        "{error}"
    );
}

#[tokio::test]
async fn an_option_that_counts_calls_is_at_least_one() {
    let refused = millpond::Pipeline::named("refused")
        .source(millpond::stages::FromIter::new([1]))
        .stage(AsReady { jobs: 0 })
        .for_each("drop", drop)
        .run()
        .await;
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains("`jobs` is 0, which is not within 1.."),
        "{error}"
    );
}

// === state ===

/// Lets each message pass once.
#[stage(types(String, u64))]
fn dedup<T: Message + Clone + Eq + Hash>(
    message: T,
    #[config(default = 100)] most: usize,
    #[state(HashSet::with_capacity(most))] seen: &mut HashSet<T>,
    #[state] _calls: &mut Rc<RefCell<u64>>,
) -> Option<T> {
    (seen.len() < most && seen.insert(message.clone())).then_some(message)
}

#[tokio::test]
async fn state_is_kept_from_message_to_message_and_need_not_be_send() {
    let (out, _) = through!([1, 2, 1, 3_u64], Dedup::default());
    assert_eq!(out, [1, 2, 3]);
}

// === several calls at once ===

#[stage(concurrency = 8)]
async fn later(millis: u64) -> u64 {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    millis
}

#[stage(concurrency = jobs, unordered)]
async fn as_ready(millis: &u64, jobs: usize) -> Result<u64, Infallible> {
    assert!(jobs > 0);
    Ok(later(*millis).await)
}

#[stage(concurrency = 8, keyed(|millis| millis % 2))]
async fn by_key(millis: u64) -> Option<u64> {
    Some(later(millis).await)
}

#[tokio::test(start_paused = true)]
async fn calls_are_under_way_at_once() {
    let started = tokio::time::Instant::now();
    let (out, _) = through!(local [30, 11, 20], Later);
    assert_eq!(out, [30, 11, 20]);
    assert_eq!(started.elapsed(), Duration::from_millis(30));
    let (out, _) = through!(local [30, 11, 20], AsReady { jobs: 3 });
    assert_eq!(out, [11, 20, 30]);
    let (out, _) = through!(local [30, 11, 20], ByKey);
    assert_eq!(out, [11, 30, 20]);
}

// === flows ===

/// Means of neighbours.
#[stage]
fn smooth(
    readings: Flow<impl Progress<Item = u64>>,
    #[config(default = 2)] window: usize,
) -> Flow<impl Progress<Item = u64>> {
    readings
        .sliding(window, 1, ShortWindow::Drop)
        .map(|window| window.iter().sum::<u64>() / window.len() as u64)
}

#[tokio::test]
async fn a_function_of_a_flow_is_a_node() {
    let (out, _) = through!([2, 4, 8], Smooth::default());
    assert_eq!(out, [3, 6]);
}

// === all types ===

/// Emits each message twice.
#[stage]
fn twice<T: Message + Clone>(message: T) -> impl Iterator<Item = T> {
    [message.clone(), message].into_iter()
}

/// Shows messages.
#[stage]
fn show<T>(message: &T) -> String
where
    T: Message + Debug,
{
    format!("{message:?}")
}

#[tokio::test]
async fn a_generic_stage_takes_every_message() {
    let (out, _) = through!([1, 2], Twice, Show);
    assert_eq!(out, ["1", "1", "2", "2"]);
}

// === methods ===

#[derive(Default, Serialize, Deserialize, schemars::JsonSchema)]
struct Total {
    #[serde(default)]
    sum: u64,
}

#[stage(id = "running-total", cost = heavy)]
impl Total {
    fn process(&mut self, number: u64) -> u64 {
        self.sum += number;
        self.sum
    }
}

#[derive(Default)]
struct Runs {
    run: Option<(String, usize)>,
}

#[stage(register = false)]
impl Runs {
    fn process(&mut self, word: String) -> Option<(String, usize)> {
        match &mut self.run {
            Some((before, count)) if *before == word => {
                *count += 1;
                None
            }
            run => run.replace((word, 1)),
        }
    }

    fn finish(self) -> Option<(String, usize)> {
        self.run
    }
}

struct Offset(u64);

#[stage(register = false, concurrency = 2)]
impl Offset {
    async fn process(&self, number: u64) -> Result<u64, Infallible> {
        Ok(number + self.0)
    }
}

#[tokio::test]
async fn methods_of_a_type_are_a_stage() {
    let (out, report) = through!([1, 2, 3], Total::default(), Offset(1));
    assert_eq!(out, [2, 4, 7]);
    assert_eq!(report.node("running-total").received, 3);
    assert_eq!((Total::ID, Total::COST), ("running-total", Cost::Heavy));
}

#[tokio::test]
async fn a_method_gives_a_last_message() {
    let (out, _) = through!(texts(&["a", "a", "b"]), Runs::default());
    assert_eq!(out, [("a".to_owned(), 2), ("b".to_owned(), 1)]);
}

// === registry ===

#[test]
fn stages_are_registered_with_what_they_read_and_emit() {
    let registry = Registry::collected().unwrap();
    for (id, shown) in [
        ("letters", "letters: String -> usize"),
        ("twice", "twice: T: Clone -> T"),
        ("show", "show: T: Debug -> String"),
        ("running-total", "running-total: u64 -> u64"),
    ] {
        assert_eq!(registry.latest(id).unwrap().to_string(), shown);
    }
    assert!(registry.latest("dedup").is_ok());
    assert!(registry.latest("runs").is_err());
}

// === functions whose names the expansion could use ===

#[stage(register = false, name = FlowStage)]
fn flow(line: String) -> impl Iterator<Item = String> {
    std::iter::once(line)
}

#[stage(register = false)]
fn input(line: String, #[state] message: &mut usize) -> String {
    *message += 1;
    format!("{line}{message}")
}

#[stage(register = false)]
fn carried(line: String) -> Option<String> {
    Some(line)
}

#[stage(register = false)]
async fn most(line: String) -> String {
    line
}

#[tokio::test]
async fn a_function_may_be_called_as_a_variable_of_the_expansion_is() {
    let (out, _) = through!(texts(&["a", "b"]), FlowStage, Input, Carried, Most);
    assert_eq!(out, ["a1", "b2"]);
}

// === defaults ===

/// Shows what options are when they are not given.
#[stage]
fn defaults(
    line: String,
    #[config(secret, default = "hunter2")] token: &str,
    #[config(default = 1 << 20, range = 1..)] most: u64,
    #[config(default = "5ms")] wait: Duration,
    #[config(default = "2s")] rest: Option<Duration>,
) -> String {
    format!("{line} {token} {most} {wait:?} {rest:?}")
}

#[tokio::test]
async fn options_that_are_not_given_are_what_their_defaults_say() {
    let (out, _) = through!(texts(&["a"]), Defaults::default());
    assert_eq!(out, ["a hunter2 1048576 5ms Some(2s)"]);
    let read: Defaults = serde_json::from_str("{}").unwrap();
    assert_eq!(read.wait, Duration::from_millis(5));
}

#[test]
fn a_secret_is_shown_nowhere() {
    let defaults = Defaults::builder().token("swordfish").build();
    let (debug, json) = (
        format!("{defaults:?}"),
        serde_json::to_string(&defaults).unwrap(),
    );
    assert!(debug.contains("***"), "{debug}");
    assert!(!debug.contains("swordfish"), "{debug}");
    assert!(json.contains("***"), "{json}");
    assert!(!json.contains("swordfish"), "{json}");
}
