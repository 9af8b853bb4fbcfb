use std::collections::VecDeque;
use std::io;
use std::num::ParseIntError;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use millpond::node::Stopped;
use millpond::operators::{Flow, Progress, flow};
use millpond::stage::{Registry, Source};
use millpond::{Pipeline, RunError, RunOptions, RunReport, source};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a source emits, and the report.
async fn emitted<S: Source>(source: S) -> Result<(Vec<S::Out>, RunReport), RunError> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let report = Pipeline::named("test")
        .source(source)
        .for_each("collect", move |message| sender.send(message).unwrap())
        .run_local(RunOptions::new())
        .await?;
    Ok((receiver.try_iter().collect(), report))
}

/// Counts.
#[source]
fn count(from: u64, #[config(default = 3)] to: u64) -> impl Iterator<Item = u64> {
    from..to
}

#[derive(Debug, PartialEq)]
struct SearchResult(u64);

#[source(emits = SearchResult, register = false)]
async fn found() {
    emit!(SearchResult(1));
}

#[tokio::test]
async fn what_a_source_emits_may_have_a_name_that_ends_in_result() {
    let (out, _) = emitted(Found).await.unwrap();
    assert_eq!(out, [SearchResult(1)]);
}

#[tokio::test]
async fn an_iterator_is_a_source() {
    let (out, report) = emitted(Count::builder().from(1).build()).await.unwrap();
    assert_eq!(out, [1, 2]);
    assert_eq!(report.node("count").emitted, 2);
}

#[source]
fn names() -> Vec<String> {
    vec!["a".to_owned(), "b".to_owned()]
}

#[source(id = "numbers-of", register = false)]
fn numbers(texts: &[String]) -> impl Iterator<Item = Result<u64, ParseIntError>> + use<> {
    let numbers: Vec<_> = texts.iter().map(|text| text.parse()).collect();
    numbers.into_iter()
}

#[tokio::test]
async fn errors_between_the_messages_are_dead_letters() {
    let (out, _) = emitted(Names).await.unwrap();
    assert_eq!(out, ["a", "b"]);
    let texts = ["1", "x", "2"].map(String::from);
    let (out, report) = emitted(Numbers::builder().texts(texts).build())
        .await
        .unwrap();
    assert_eq!(out, [1, 2]);
    assert_eq!(report.node("numbers-of").dead_lettered, 1);
}

#[tokio::test]
async fn dead_letters_of_a_source_can_be_read() {
    let texts = ["1", "x"].map(String::from);
    let pipeline = Pipeline::named("test");
    let (numbers, rejected) = pipeline.try_source(Numbers::builder().texts(texts).build());
    rejected.for_each("reject", |letter| {
        assert_eq!(
            letter.to_string(),
            "numbers-of: invalid digit found in string"
        );
    });
    let report = numbers
        .for_each("end", drop)
        .run_local(RunOptions::new())
        .await
        .unwrap();
    assert_eq!(report.node("reject").received, 1);
    assert_eq!(report.node("end").received, 1);
}

/// Reads lines.
#[source(cost = blocking)]
fn lines_of(path: PathBuf) -> io::Result<impl Iterator<Item = io::Result<String>>> {
    use io::BufRead;
    Ok(io::BufReader::new(std::fs::File::open(path)?).lines())
}

#[tokio::test]
async fn what_cannot_be_opened_ends_the_run() {
    let (out, _) = emitted(LinesOf::builder().path("Cargo.toml").build())
        .await
        .unwrap();
    assert!(out.contains(&"name = \"millpond\"".to_owned()));
    let gone = emitted(LinesOf::builder().path("gone.txt").build()).await;
    let error = gone.unwrap_err().to_string();
    assert!(
        error.contains("lines-of") && error.contains("No such file"),
        "{error}"
    );
}

#[source]
fn listed(#[config(exists = "file")] path: &Path) -> impl Iterator<Item = String> + use<> {
    [path.display().to_string()].into_iter()
}

#[tokio::test]
async fn a_path_that_must_exist_is_looked_for_before_anything_runs() {
    assert!(
        emitted(Listed {
            path: "Cargo.toml".into()
        })
        .await
        .is_ok()
    );
    let error = emitted(Listed {
        path: "gone".into(),
    })
    .await
    .unwrap_err()
    .to_string();
    assert!(error.contains("option `path`: there is no gone"), "{error}");
}

#[source]
fn streamed() -> impl Stream<Item = u8> {
    futures::stream::iter([1, 2])
}

#[source]
fn flowing(#[config(default = 2)] most: usize) -> Flow<impl Progress<Item = u8>> {
    flow([1, 2, 3]).take(most)
}

#[tokio::test]
async fn a_stream_and_a_flow_are_sources() {
    assert_eq!(emitted(Streamed).await.unwrap().0, [1, 2]);
    assert_eq!(emitted(Flowing::default()).await.unwrap().0, [1, 2]);
}

/// Ticks.
#[source(emits = u64)]
async fn ticks(every: Duration, count: u64, first: Option<Duration>) {
    tokio::time::sleep(first.unwrap_or_default()).await;
    for n in 0..count {
        tokio::time::sleep(every).await;
        if n % 2 == 0 {
            emit!(n);
        }
    }
}

#[source(emits = Result<u64, ParseIntError>)]
async fn parsed(texts: Vec<String>) {
    for text in texts {
        let number: u64 = text.parse()?;
        emit!(number);
    }
}

#[tokio::test(start_paused = true)]
async fn an_async_body_emits() {
    let started = tokio::time::Instant::now();
    let stage: Ticks = serde_json::from_value(json!({ "every": "2s", "count": 4 })).unwrap();
    let (out, _) = emitted(stage).await.unwrap();
    assert_eq!(out, [0, 2]);
    assert_eq!(started.elapsed(), Duration::from_secs(8));
    let stage = json!({ "every": "1s", "count": 1, "first": "2s" });
    let stage: Ticks = serde_json::from_value(stage).unwrap();
    assert_eq!(serde_json::to_value(&stage).unwrap()["first"], "2s");
    emitted(stage).await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_secs(11));
}

#[tokio::test]
async fn an_async_body_ends_with_its_first_error() {
    let texts = ["1", "x", "2"].map(String::from);
    let (out, report) = emitted(Parsed::builder().texts(texts).build())
        .await
        .unwrap();
    assert_eq!(out, [1]);
    assert_eq!(report.node("parsed").dead_lettered, 1);
}

/// Counts down, and ends when it is told to.
#[source]
fn polled(
    cx: &mut Context<'_>,
    stopped: &mut Stopped,
    #[state(start)] left: &mut u64,
    _start: u64,
) -> Poll<Option<u64>> {
    if *left == 0 {
        // The last word of a source that finishes something.
        return std::pin::Pin::new(stopped).poll(cx).map(|()| None);
    }
    *left -= 1;
    Poll::Ready(Some(*left))
}

#[tokio::test]
async fn a_poll_function_looks_out_for_the_stop() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
    let handle = Pipeline::named("test")
        .source(Polled { start: 2 })
        .for_each("collect", move |message| sender.try_send(message).unwrap())
        .start()
        .unwrap();
    assert_eq!(receiver.recv().await, Some(1));
    assert_eq!(receiver.recv().await, Some(0));
    handle.stop();
    assert_eq!(receiver.recv().await, None);
    assert_eq!(handle.join().await.unwrap().node("polled").emitted, 2);
}

#[source]
fn listening(count: usize, stopped: Stopped) -> io::Result<impl Stream<Item = io::Result<usize>>> {
    drop(stopped);
    Ok(futures::stream::iter((0..count).map(Ok)))
}

#[tokio::test]
async fn a_stream_may_take_the_stop_along() {
    assert_eq!(emitted(Listening { count: 2 }).await.unwrap().0, [0, 1]);
}

#[derive(Default, Serialize, Deserialize, schemars::JsonSchema)]
struct Fifo {
    items: VecDeque<u8>,
}

#[source]
impl Fifo {
    fn next(&mut self) -> Option<u8> {
        self.items.pop_front()
    }
}

struct Later(u8);

#[source(register = false)]
impl Later {
    async fn next(&mut self) -> Option<Result<u8, io::Error>> {
        tokio::task::yield_now().await;
        self.0 = self.0.checked_sub(1)?;
        Some(Ok(self.0))
    }
}

#[tokio::test]
async fn methods_make_one_message_after_the_other() {
    assert_eq!(
        emitted(Fifo {
            items: [1, 2].into()
        })
        .await
        .unwrap()
        .0,
        [1, 2]
    );
    assert_eq!(emitted(Later(2)).await.unwrap().0, [1, 0]);
}

#[test]
fn sources_are_registered_with_what_they_emit() {
    let registry = Registry::collected().unwrap();
    for (id, shown) in [
        ("count", "count: () -> u64"),
        ("ticks", "ticks: () -> u64"),
        ("lines-of", "lines-of: () -> String"),
        ("fifo", "fifo: () -> u8"),
    ] {
        assert_eq!(registry.latest(id).unwrap().to_string(), shown);
    }
    assert!(registry.latest("numbers-of").is_err());
}

mod named_as_variables {
    use super::*;

    #[source(register = false)]
    fn graph(#[config(default = 1, range = 1..)] to: u64) -> impl Iterator<Item = u64> {
        0..to
    }

    #[source(register = false, name = StoppedSource)]
    fn stopped(cx: &mut Context<'_>, stopped: &mut Stopped) -> Poll<Option<u64>> {
        let _ = (cx, stopped);
        Poll::Ready(None)
    }

    #[tokio::test]
    async fn a_function_may_be_called_as_a_variable_of_the_expansion_is() {
        assert_eq!(emitted(Graph::default()).await.unwrap().0, [0]);
        assert_eq!(emitted(StoppedSource).await.unwrap().0, [0; 0]);
    }
}
