use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::num::NonZeroUsize;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc;
use std::thread;

use millpond::Pipeline;
use millpond::graph::OnError;
use millpond::runtime::Ending;
use millpond::stages::{BadLine, FromFile, InvalidUtf8, LineFault};
use tempfile::TempDir;

use super::unprivileged::Unprivileged;
use super::{Kept, again, failed, in_time, make_fifo, refused, run};

fn folder_with(name: &str, content: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), content).unwrap();
    folder
}

/// The lines that the source emits, and the texts of its dead letters.
async fn read(source: FromFile) -> (Vec<String>, Vec<String>) {
    let pipeline = Pipeline::named("read");
    let (lines, bad) = source.split(pipeline.builder());
    let (_, bad) = Kept::from(bad, "bad");
    let (pipeline, lines) = Kept::from(lines, "lines");
    run(pipeline).await;
    (lines.take(), bad.texts())
}

#[tokio::test]
async fn lines_come_without_their_ends_and_the_last_needs_none() {
    let folder = folder_with("a", "\u{feff}to be\r\nor\n\nnot to be");
    let (lines, bad) = read(FromFile::new(folder.path().join("a"))).await;
    assert_eq!(lines, ["to be", "or", "", "not to be"]);
    assert_eq!(bad, [""; 0]);
}

#[tokio::test]
async fn a_file_longer_than_what_is_read_at_once_comes_whole_and_in_order() {
    let numbers = 0..100_000;
    let lines: Vec<_> = numbers.clone().map(|number| number.to_string()).collect();
    let content = lines.join("\n");
    let folder = folder_with("a", content);
    let (lines, _) = read(FromFile::new(folder.path().join("a"))).await;
    assert!(
        lines
            .into_iter()
            .eq(numbers.map(|number| number.to_string()))
    );
}

#[tokio::test]
async fn an_empty_file_has_no_line() {
    let folder = folder_with("a", "");
    let (lines, bad) = read(FromFile::new(folder.path().join("a"))).await;
    assert_eq!((lines.len(), bad.len()), (0, 0));
}

#[tokio::test]
async fn a_bad_line_is_a_dead_letter_that_tells_its_place_and_reason() {
    let folder = folder_with("a", b"good\nb\xffd\nmuch too long\nlast");
    let path = folder.path().join("a");
    let source = FromFile::builder()
        .path(&path)
        .max_line_bytes(NonZeroUsize::new(6).unwrap());
    let (lines, bad) = read(source.build()).await;

    assert_eq!(lines, ["good", "last"]);
    let place = format!("from-file: {}", path.display());
    let expected = [
        format!(
            "{place}:2: the line is not UTF-8 from byte 2 on: \
             convert it, or set `invalid-utf8` to `replace`"
        ),
        format!("{place}:3: the line is 13 bytes long, more than 6: raise `max-line-bytes`"),
    ];
    assert_eq!(bad, expected);

    let source = FromFile::builder()
        .path(&path)
        .invalid_utf8(InvalidUtf8::Replace);
    let (lines, bad) = read(source.build()).await;
    assert_eq!(lines, ["good", "b\u{fffd}d", "much too long", "last"]);
    assert_eq!(bad, [""; 0]);
}

#[tokio::test]
async fn a_bad_line_ends_the_run_where_that_is_asked_for() {
    let folder = folder_with("a", b"good\n\xff\nlast");
    let path = folder.path().join("a");
    let pipeline = Pipeline::named("strict");
    let lines = pipeline
        .source(FromFile::new(&path))
        .on_error(OnError::Stop);
    let failure = failed(lines.for_each("lines", drop)).await;
    let expected = format!(
        "node `from-file` failed: {}:2: the line is not",
        path.display()
    );
    assert!(failure.to_string().contains(&expected), "{failure}");
    assert_eq!(failure.report.node("lines").received, 1);
}

#[tokio::test]
async fn a_file_that_is_missing_or_a_folder_is_refused_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let pipeline = Pipeline::named("missing");
    let refusal = refused(
        pipeline
            .source(FromFile::new(&missing))
            .for_each("lines", drop),
    )
    .await;
    let named = format!("there is no {}: check its name", missing.display());
    assert!(
        refusal.contains(&named) && refusal.contains("P0006"),
        "{refusal}"
    );

    let pipeline = Pipeline::named("folder");
    let source = FromFile::new(folder.path());
    let refusal = refused(pipeline.source(source).for_each("lines", drop)).await;
    assert!(
        refusal.contains("is a folder: name a file in it"),
        "{refusal}"
    );
}

#[tokio::test]
async fn a_file_that_is_gone_by_the_start_ends_the_run_and_is_named() {
    let folder = folder_with("a", "some");
    let path = folder.path().join("a");
    let pipeline = Pipeline::named("gone");
    let pipeline = pipeline
        .source(FromFile::new(&path))
        .for_each("lines", drop);
    fs::remove_file(&path).unwrap();
    let failure = failed(pipeline).await;
    let expected = format!(
        "stage `from-file`, node `from-file` failed: cannot read {}: \
         No such file or directory (os error 2); check its name",
        path.display()
    );
    assert_eq!(failure.to_string(), expected);
}

#[tokio::test]
async fn a_file_that_may_not_be_read_ends_the_run_and_is_named() {
    if !again::is_running() {
        let Some(program) = Unprivileged::new(&std::env::current_exe().unwrap()) else {
            return;
        };
        let test = "from_file::a_file_that_may_not_be_read_ends_the_run_and_is_named";
        let mut again = again::with(program.command(), test);
        let ran = again.env("TMPDIR", program.folder()).output().unwrap();
        let told = String::from_utf8_lossy(&ran.stdout);
        assert!(told.contains("1 passed"), "{ran:?}");
        return;
    }
    let folder = folder_with("a", "secret");
    let path = folder.path().join("a");
    fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    let pipeline = Pipeline::named("closed");
    let failure = failed(
        pipeline
            .source(FromFile::new(&path))
            .for_each("lines", drop),
    )
    .await;
    let expected = format!(
        "cannot read {}: Permission denied (os error 13); run as a user who may read it",
        path.display()
    );
    assert!(failure.to_string().ends_with(&expected), "{failure}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_cannot_be_read_to_its_end_ends_the_run_and_is_named() {
    let pipeline = Pipeline::named("broken");
    let source = FromFile::new("/proc/self/mem");
    let failure = failed(pipeline.source(source).for_each("lines", drop)).await;
    assert_eq!(
        failure.to_string(),
        "stage `from-file`, node `from-file` failed: \
         cannot read /proc/self/mem: Input/output error (os error 5)"
    );
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_pipe_that_nobody_writes_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    make_fifo(&path);
    let pipeline = Pipeline::named("silent");
    let (pipeline, lines) = Kept::from(pipeline.source(FromFile::new(&path)), "lines");
    let handle = pipeline.start().unwrap();
    handle.stop();
    let report = in_time("the stop", handle.join()).await.unwrap();
    assert_eq!(report.ending, Ending::Stopped);
    assert!(report.left_behind.is_empty(), "{report}");
    assert_eq!(lines.texts(), [""; 0]);
}

#[tokio::test]
async fn a_stop_lets_the_whole_lines_out_that_have_been_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    make_fifo(&path);
    let (seen, mut first) = tokio::sync::mpsc::channel(16);
    let pipeline = Pipeline::named("pipe");
    let lines = pipeline
        .source(FromFile::new(&path))
        .node("see", move |lines| {
            lines.inspect(move |line: &String| seen.try_send(line.clone()).unwrap())
        });
    let (pipeline, lines) = Kept::from(lines, "lines");
    let handle = pipeline.start().unwrap();
    let (ended, end) = mpsc::channel::<()>();
    let writing = thread::spawn(move || {
        // Opening waits for the reader, and the reader for no writer.
        let mut writer = OpenOptions::new().write(true).open(path).unwrap();
        writer.write_all(b"one\ntwo\nhalf a li").unwrap();
        assert!(end.recv().is_err(), "nothing is said, only dropped");
    });
    assert_eq!(
        in_time("a line", first.recv()).await.as_deref(),
        Some("one")
    );
    handle.stop();
    let report = in_time("the stop", handle.join()).await.unwrap();
    assert_eq!(report.ending, Ending::Stopped);
    assert_eq!(lines.texts(), ["one", "two"]);
    drop(ended);
    writing.join().unwrap();
}

#[tokio::test]
async fn a_line_that_does_not_end_is_counted_and_let_go() {
    const BYTES: usize = 8 << 20;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    make_fifo(&path);
    let pipeline = Pipeline::named("endless");
    let (lines, bad) = FromFile::new(&path).split(pipeline.builder());
    let (_, bad) = Kept::from(bad, "bad");
    let (pipeline, lines) = Kept::from(lines, "lines");
    let write = move || {
        let mut writer = OpenOptions::new().write(true).open(path).unwrap();
        (0..BYTES / 4096).for_each(|_| writer.write_all(&[b'x'; 4096]).unwrap());
        writer.write_all(b"\nlast\n").unwrap();
    };
    let writing = thread::spawn(write);
    run(pipeline).await;
    writing.join().unwrap();
    assert_eq!(lines.texts(), ["last"]);
    let most = NonZeroUsize::new(1 << 20).unwrap();
    let bytes = BYTES as u64;
    let faults: Vec<_> = bad.take().iter().map(|bad| bad.error.fault).collect();
    assert_eq!(faults, [LineFault::TooLong { bytes, most }]);
}

#[test]
fn a_bad_line_can_be_taken_apart() {
    let bad = BadLine {
        place: "a".into(),
        line: 3,
        fault: LineFault::NotUtf8 { valid: 4 },
    };
    assert!(
        bad.to_string()
            .starts_with("a:3: the line is not UTF-8 from byte 5 on")
    );
}
