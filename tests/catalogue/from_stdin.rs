use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use millpond::Pipeline;
use millpond::runtime::Ending;
use millpond::stages::{FromStdin, ToStdout};

use super::{Kept, again, in_time, refused, run};

/// The lines that begin with this are ours; the others are the test harness's.
const OURS: &str = "> ";

#[tokio::test]
async fn the_lines_of_standard_input_come_out_of_standard_output() {
    if again::is_running() {
        run(Pipeline::named("cat")
            .source(FromStdin::default())
            .sink(ToStdout::default()))
        .await;
        return;
    }
    let mut cat = again::of("from_stdin::the_lines_of_standard_input_come_out_of_standard_output")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = cat.stdin.take().unwrap();
    input
        .write_all("> one\r\n> zwölf\n> last".as_bytes())
        .unwrap();
    drop(input);
    let output = cat.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let ours: Vec<_> = text.lines().filter(|line| line.starts_with(OURS)).collect();
    assert_eq!(ours, ["> one", "> zwölf", "> last"]);
    assert!(output.status.success());
}

#[tokio::test]
async fn a_line_comes_out_before_the_next_is_written() {
    if again::is_running() {
        run(Pipeline::named("cat")
            .source(FromStdin::default())
            .sink(ToStdout::default()))
        .await;
        return;
    }
    let mut cat = again::of("from_stdin::a_line_comes_out_before_the_next_is_written")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = cat.stdin.take().unwrap();
    let mut output = BufReader::new(cat.stdout.take().unwrap()).lines();
    for line in ["> a question", "> another"] {
        writeln!(input, "{line}").unwrap();
        let answer = output.find(|line| line.as_ref().unwrap().starts_with(OURS));
        assert_eq!(answer.unwrap().unwrap(), line);
    }
    drop(input);
    output.for_each(drop);
    assert!(cat.wait().unwrap().success());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_whoever_types() {
    if again::is_running() {
        let pipeline = Pipeline::named("type");
        let (pipeline, lines) = Kept::from(pipeline.source(FromStdin::default()), "lines");
        let handle = pipeline.start().unwrap();
        handle.stop();
        let report = in_time("the stop", handle.join()).await.unwrap();
        assert_eq!(report.ending, Ending::Stopped);
        assert!(report.left_behind.is_empty(), "{report}");
        assert_eq!(lines.texts(), [""; 0]);
        return;
    }
    let mut typing = again::of("from_stdin::a_stop_does_not_wait_for_whoever_types")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let silent = typing.stdin.take();
    assert!(typing.wait().unwrap().success());
    drop(silent);
}

#[tokio::test]
async fn standard_input_is_read_by_one_stage_only() {
    let pipeline = Pipeline::named("two");
    let first = pipeline.source(FromStdin::default());
    let second = pipeline.source(FromStdin::default());
    let refusal = refused(first.merge("both", [second]).for_each("lines", drop)).await;
    assert!(
        refusal.contains("standard input is read by stage `from-stdin` already"),
        "{refusal}"
    );
}
