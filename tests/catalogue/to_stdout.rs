use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use millpond::Pipeline;
use millpond::runtime::Ending;
use millpond::stages::{FromIter, LineFormat, ToStdout};
use serde_json::json;

use super::{again, failed, in_time, run};

const OURS: &str = "> ";

/// What a test of this program prints when it is run again.
fn printed(test: &str) -> Vec<String> {
    let output = again::of(test).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let ours = text.lines().filter_map(|line| line.split_once(OURS));
    ours.map(|(_, line)| line.to_owned()).collect()
}

#[tokio::test]
async fn texts_come_as_they_are_and_the_rest_as_json() {
    if again::is_running() {
        let texts = FromIter::new(["> a \"text\""]);
        run(Pipeline::named("texts")
            .source(texts)
            .sink(ToStdout::default()))
        .await;
        let json = FromIter::new([json!({ "> key": ["b", 1] })]);
        run(Pipeline::named("json")
            .source(json)
            .sink(ToStdout::default()))
        .await;
        let quoted = ToStdout::builder().format(LineFormat::JsonLines).build();
        run(Pipeline::named("quoted")
            .source(FromIter::new(["> c"]))
            .sink(quoted))
        .await;
        return;
    }
    let printed = printed("to_stdout::texts_come_as_they_are_and_the_rest_as_json");
    assert_eq!(printed, ["a \"text\"", "key\":[\"b\",1]}", "c\""]);
}

#[tokio::test]
async fn a_reader_that_has_gone_ends_the_run_and_is_no_error() {
    if again::is_running() {
        let numbers = FromIter::new((0_u64..).map(|number| format!("> {number}")));
        let pipeline = Pipeline::named("head")
            .source(numbers)
            .sink(ToStdout::default());
        let report = in_time("the run", pipeline.run()).await.unwrap();
        assert_eq!(report.ending, Ending::Completed);
        // The harness would fail for the same reason, and say so.
        #[expect(clippy::exit, reason = "nothing can be printed any more")]
        std::process::exit(7);
    }
    let mut head = again::of("to_stdout::a_reader_that_has_gone_ends_the_run_and_is_no_error")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(head.stdout.take().unwrap()).lines();
    let ours = |line: &String| line.ends_with("> 1000");
    assert!(lines.any(|line| ours(&line.unwrap())));
    drop(lines);
    let output = head.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[tokio::test]
async fn an_output_that_is_full_ends_the_run_with_place_and_remedy_and_whole_lines() {
    if again::is_running() {
        let numbers = FromIter::new((0_u64..).map(|number| format!("> {number}")));
        let pipeline = Pipeline::named("full").source(numbers);
        let failure = failed(pipeline.sink(ToStdout::default())).await.to_string();
        let place = "node `to-stdout` failed: cannot write standard output: File too large";
        let remedy = "complete lines; raise the limit on file sizes, or write elsewhere";
        assert!(
            failure.contains(place) && failure.ends_with(remedy),
            "{failure}"
        );
        #[expect(clippy::exit, reason = "nothing can be printed any more")]
        std::process::exit(7);
    }
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh"]);
    limited.arg(std::env::current_exe().unwrap());
    let test =
        "to_stdout::an_output_that_is_full_ends_the_run_with_place_and_remedy_and_whole_lines";
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut again = again::with(limited, test);
    let output = again.stdout(file.reopen().unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(
        text.ends_with('\n') && text.len() > 40_000,
        "torn: {} bytes",
        text.len()
    );
}
