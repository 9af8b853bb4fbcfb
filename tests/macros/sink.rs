use std::convert::Infallible;
use std::fmt::Debug;
use std::num::ParseIntError;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use millpond::message::Message;
use millpond::stage::{Registry, Sink};
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunOptions, RunReport, sink};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a sink has taken. It is an option, so it can be read from a table, in
/// which it is left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
struct Taken {
    #[serde(skip)]
    items: Arc<Mutex<Vec<String>>>,
}

impl Taken {
    fn push(&self, item: impl Into<String>) {
        self.items.lock().unwrap().push(item.into());
    }

    fn all(&self) -> Vec<String> {
        self.items.lock().unwrap().clone()
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

async fn run<T: Message, S: Sink<T>>(messages: Vec<T>, sink: S) -> Result<RunReport, RunError> {
    Pipeline::named("test")
        .source(FromIter::new(messages))
        .sink(sink)
        .run_local(RunOptions::new())
        .await
}

/// Keeps lines.
#[sink]
fn keep(
    line: &str,
    prefix: &str,
    taken: &Taken,
    #[config(default)] from: usize,
    #[state(Rc::new(from))] count: &mut Rc<usize>,
) {
    *Rc::make_mut(count) += 1;
    taken.push(format!("{prefix}{line}{count}"));
    assert!(from <= **count);
}

#[tokio::test]
async fn each_message_is_handed_over() {
    let taken = Taken::default();
    let sink = Keep::builder()
        .prefix("-")
        .taken(taken.clone())
        .from(4)
        .build();
    let report = run(texts(&["a", "b"]), sink).await.unwrap();
    assert_eq!(taken.all(), ["-a5", "-b6"]);
    assert_eq!(report.node("keep").received, 2);
}

#[sink(id = "numbers-only")]
fn numbers(text: String, taken: &Taken) -> Result<(), ParseIntError> {
    taken.push(text.parse::<u64>()?.to_string());
    Ok(())
}

#[sink(on_error = dead_letter)]
fn tolerant(text: String, taken: &Taken) -> Result<(), ParseIntError> {
    numbers(text, taken)
}

#[tokio::test]
async fn an_error_ends_the_run_unless_it_is_a_dead_letter() {
    let taken = Taken::default();
    let sink = Numbers {
        taken: taken.clone(),
    };
    let error = run(texts(&["1", "x", "2"]), sink).await.unwrap_err();
    assert!(error.to_string().contains("numbers-only"), "{error}");
    assert_eq!(taken.all(), ["1"]);

    let taken = Taken::default();
    let sink = Tolerant {
        taken: taken.clone(),
    };
    let report = run(texts(&["1", "x", "2"]), sink).await.unwrap();
    assert_eq!(taken.all(), ["1", "2"]);
    assert_eq!(report.node("tolerant").dead_lettered, 1);
}

#[sink(concurrency = jobs)]
async fn post(millis: &u64, taken: &Taken, jobs: usize) -> Result<(), Infallible> {
    assert!(jobs > 0);
    tokio::time::sleep(Duration::from_millis(*millis)).await;
    taken.push(millis.to_string());
    Ok(())
}

#[sink]
async fn one_by_one(millis: u64, taken: &Taken) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
    taken.push(millis.to_string());
}

#[tokio::test(start_paused = true)]
async fn calls_of_an_async_function_may_be_under_way_at_once() {
    let taken = Taken::default();
    run(
        vec![30, 20],
        Post {
            taken: taken.clone(),
            jobs: 2,
        },
    )
    .await
    .unwrap();
    assert_eq!(taken.all(), ["20", "30"]);
    let taken = Taken::default();
    run(
        vec![30, 20],
        OneByOne {
            taken: taken.clone(),
        },
    )
    .await
    .unwrap();
    assert_eq!(taken.all(), ["30", "20"]);
}

#[sink(batch = most, linger = "5ms")]
fn batches(lines: &[String], taken: &Taken, #[config(default = 2)] most: usize) {
    assert!(lines.len() <= most);
    taken.push(lines.join("+"));
}

#[sink(batch = 3)]
async fn full_batches(numbers: Vec<u64>, taken: &Taken) -> Result<(), Infallible> {
    taken.push(format!("{numbers:?}"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn several_messages_are_taken_at_once() {
    let taken = Taken::default();
    let sink = Batches::builder().taken(taken.clone()).build();
    run(texts(&["a", "b", "c"]), sink).await.unwrap();
    assert_eq!(taken.all(), ["a+b", "c"]);
    let taken = Taken::default();
    run(
        vec![1, 2, 3, 4],
        FullBatches {
            taken: taken.clone(),
        },
    )
    .await
    .unwrap();
    assert_eq!(taken.all(), ["[1, 2, 3]", "[4]"]);
}

/// A sink of another crate.
struct Pushing(Taken);

impl futures::Sink<String> for Pushing {
    type Error = std::io::Error;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, item: String) -> Result<(), Self::Error> {
        self.0.push(item);
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.push("closed");
        Poll::Ready(Ok(()))
    }
}

#[sink]
fn foreign(
    taken: &Taken,
    fails: bool,
) -> std::io::Result<impl futures::Sink<String, Error = std::io::Error>> {
    if fails {
        return Err(std::io::Error::other("refused"));
    }
    Ok(Pushing(taken.clone()))
}

#[tokio::test]
async fn a_sink_of_another_crate_takes_all() {
    let taken = Taken::default();
    let sink = Foreign {
        taken: taken.clone(),
        fails: false,
    };
    run(texts(&["a", "b"]), sink).await.unwrap();
    assert_eq!(taken.all(), ["a", "b", "closed"]);
    let sink = Foreign { taken, fails: true };
    let error = run(texts(&["a"]), sink).await.unwrap_err().to_string();
    assert!(
        error.contains("foreign") && error.contains("refused"),
        "{error}"
    );
}

/// Shows whatever comes.
#[sink(id = "show-all")]
fn show<T>(message: &T, taken: &Taken)
where
    T: Message + Debug,
{
    taken.push(format!("{message:?}"));
}

#[tokio::test]
async fn a_generic_sink_takes_every_message() {
    let taken = Taken::default();
    run(
        vec![(1, 'a')],
        Show {
            taken: taken.clone(),
        },
    )
    .await
    .unwrap();
    assert_eq!(taken.all(), ["(1, 'a')"]);
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Sum {
    taken: Taken,
    #[serde(default)]
    sum: u64,
}

#[sink]
impl Sum {
    fn process(&mut self, number: u64) -> Result<(), Infallible> {
        self.sum += number;
        Ok(())
    }

    fn finish(self) -> Result<(), String> {
        self.taken.push(self.sum.to_string());
        if self.sum > 10 {
            Err("too much".to_owned())
        } else {
            Ok(())
        }
    }
}

#[tokio::test]
async fn methods_are_told_the_end() {
    let taken = Taken::default();
    run(
        vec![1, 2],
        Sum {
            taken: taken.clone(),
            sum: 0,
        },
    )
    .await
    .unwrap();
    assert_eq!(taken.all(), ["3"]);
    let error = run(vec![11], Sum { taken, sum: 0 })
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains("too much"), "{error}");
}

struct Lines(Taken);

#[sink(register = false, batch = 2)]
impl Lines {
    async fn process(&mut self, lines: Vec<String>) {
        self.0.push(lines.concat());
    }

    async fn finish(self) {
        self.0.push("end");
    }
}

#[tokio::test]
async fn async_methods_take_batches_and_are_told_the_end() {
    let taken = Taken::default();
    run(texts(&["a", "b", "c"]), Lines(taken.clone()))
        .await
        .unwrap();
    assert_eq!(taken.all(), ["ab", "c", "end"]);
}

struct Limited(Taken);

#[sink(register = false)]
impl Limited {
    async fn process(&mut self, line: String) -> Result<(), String> {
        if line == "c" {
            return Err("too many".to_owned());
        }
        self.0.push(line);
        Ok(())
    }
}

#[tokio::test]
async fn async_methods_that_change_the_sink_are_called_one_after_the_other() {
    let taken = Taken::default();
    let error = run(texts(&["a", "b", "c", "d"]), Limited(taken.clone()))
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(taken.all(), ["a", "b"]);
    assert!(error.contains("limited"), "{error}");
}

#[test]
fn sinks_are_registered_with_what_they_read() {
    let registry = Registry::collected().unwrap();
    for (id, shown) in [
        ("keep", "keep: String -> ()"),
        ("full-batches", "full-batches: u64 -> ()"),
        ("foreign", "foreign: String -> ()"),
        ("show-all", "show-all: T: Debug -> ()"),
    ] {
        let sink = registry
            .iter()
            .find(|entry| entry.id() == id && entry.to_string() == shown);
        assert!(sink.is_some(), "{id}");
    }
}

mod named_as_variables {
    use super::*;

    #[sink(register = false)]
    fn input(line: String, taken: &Taken) {
        taken.push(line);
    }

    #[sink(register = false)]
    async fn flow(line: String, taken: &Taken) {
        taken.push(line);
    }

    #[tokio::test]
    async fn a_function_may_be_called_as_a_variable_of_the_expansion_is() {
        let taken = Taken::default();
        let sink = Input::builder().taken(taken.clone()).build();
        run(texts(&["a"]), sink).await.unwrap();
        let sink = Flow::builder().taken(taken.clone()).build();
        run(texts(&["b"]), sink).await.unwrap();
        assert_eq!(taken.all(), ["a", "b"]);
    }
}
