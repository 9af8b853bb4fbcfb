//! The stages that touch the file system: what the walk finds, and that the
//! lines of a file are whole however its run ends.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod unprivileged;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::graph::Outlet;
use millpond::runtime::{Ending, RunFailure};
use millpond::stages::{FileMode, FromIter, Queue, ToFile, WalkFiles};
use millpond::{Pipeline, RunError, RunHandle, RunOptions, RunReport};
use serde::ser::{Error as _, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};
use unprivileged::Unprivileged;

/// How long a machine under load may take for what takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

async fn in_time<T>(what: &str, it: impl Future<Output = T>) -> T {
    let came = timeout(PATIENCE, it).await;
    came.unwrap_or_else(|_| unreachable!("{what} took more than {PATIENCE:?}"))
}

// === WalkFiles ===

/// What a walk found: paths and dead letters, both sorted.
struct Walked {
    paths: Vec<PathBuf>,
    letters: Vec<String>,
    report: RunReport,
}

async fn walk(roots: impl IntoIterator<Item = impl Into<PathBuf>>) -> Walked {
    walk_and(roots, |_| ()).await
}

/// Walks, and calls `visit` with each path before the walk goes on.
async fn walk_and(
    roots: impl IntoIterator<Item = impl Into<PathBuf>>,
    visit: impl Fn(&Path) + Send + 'static,
) -> Walked {
    let (paths, letters) = (Arc::default(), Arc::default());
    let pipeline = Pipeline::named("walk").edge_capacity(1);
    let (found, dead) = WalkFiles::new(roots).split(pipeline.builder());
    let to: Arc<Mutex<Vec<_>>> = Arc::clone(&paths);
    found.for_each("found", move |path| {
        visit(&path);
        to.lock().unwrap().push(path);
    });
    let to: Arc<Mutex<Vec<_>>> = Arc::clone(&letters);
    dead.for_each("dead", move |letter| {
        to.lock().unwrap().push(letter.to_string());
    });
    let run = pipeline.run_local(RunOptions::new());
    let report = in_time("the walk", run).await.unwrap();
    let mut paths = std::mem::take(&mut *paths.lock().unwrap());
    paths.sort();
    let mut letters = std::mem::take(&mut *letters.lock().unwrap());
    letters.sort();
    Walked {
        paths,
        letters,
        report,
    }
}

fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success(), "mkfifo {}: {made}", path.display());
}

#[tokio::test]
async fn everything_but_folders_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("a/deep/er")).unwrap();
    fs::create_dir(at("empty")).unwrap();
    for file in ["one", "a/two", "a/deep/er/three", ".hidden"] {
        fs::write(at(file), file).unwrap();
    }
    make_fifo(&at("fifo"));
    symlink("nowhere", at("dangling")).unwrap();
    let walked = walk([folder.path()]).await;

    let mut expected = [
        "one",
        "a/two",
        "a/deep/er/three",
        ".hidden",
        "fifo",
        "dangling",
    ]
    .map(at);
    expected.sort();
    assert_eq!(walked.paths, expected);
    assert_eq!(walked.letters, [""; 0]);
    assert_eq!(walked.report.node("walk-files").emitted, 6);
}

#[tokio::test]
async fn a_root_that_is_a_file_is_found_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (file, fifo) = (folder.path().join("file"), folder.path().join("fifo"));
    fs::write(&file, "").unwrap();
    make_fifo(&fifo);
    let walked = walk([&file, &fifo, &file]).await;

    assert_eq!(walked.paths, [fifo, file.clone(), file]);
    assert_eq!(walked.letters, [""; 0]);
}

#[tokio::test]
async fn a_name_that_is_not_utf8_is_found_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsStr::from_bytes(b"caf\xe9\n"));
    fs::write(&path, "").unwrap();
    assert_eq!(walk([folder.path()]).await.paths, [path]);
}

#[tokio::test]
async fn a_root_that_is_missing_is_a_dead_letter_and_the_walk_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, file) = (folder.path().join("missing"), folder.path().join("file"));
    fs::write(&file, "").unwrap();
    let walked = walk([&missing, &file]).await;

    assert_eq!(walked.paths, [file]);
    let expected = format!(
        "walk-files: cannot walk {}: No such file or directory (os error 2); \
         if it was not removed meanwhile, check its name",
        missing.display()
    );
    assert_eq!(walked.letters, [expected]);
    assert_eq!(walked.report.node("walk-files").dead_lettered, 1);
    assert_eq!(walked.report.ending, Ending::Completed);
}

#[tokio::test]
async fn a_folder_that_vanishes_during_the_walk_is_a_dead_letter() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    for folder in [&first, &second] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("file"), "").unwrap();
    }
    let (roots, removed) = ([first.clone(), second.clone()], second.clone());
    let walked = walk_and(roots, move |_| {
        drop(fs::remove_dir_all(&removed));
    })
    .await;

    assert_eq!(walked.paths, [first.join("file")]);
    assert_eq!(walked.letters.len(), 1, "{:?}", walked.letters);
    let named = format!("cannot walk {}: No such file", second.display());
    assert!(walked.letters[0].contains(&named), "{}", walked.letters[0]);
}

#[tokio::test]
async fn a_file_that_vanishes_before_it_is_read_is_its_readers_dead_letter() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["stays", "goes", "stays-too"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let pipeline = Pipeline::named("vanish");
    let paths = pipeline.source(WalkFiles::new([folder.path()]));
    let (contents, dead) = paths.try_node("read", |paths| {
        paths.map(|path: PathBuf| {
            if path.ends_with("goes") {
                fs::remove_file(&path).unwrap();
            }
            fs::read_to_string(path)
        })
    });
    contents.ignore();
    dead.ignore();
    let report = pipeline.run().await.unwrap();
    let read = report.node("read");
    assert_eq!((read.received, read.emitted, read.dead_lettered), (3, 2, 1));
    assert_eq!(report.ending, Ending::Completed);
}

#[tokio::test]
async fn a_loop_of_links_is_found_once_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("inner")).unwrap();
    symlink("..", at("inner/up")).unwrap();
    symlink("itself", at("itself")).unwrap();
    let walked = walk([folder.path()]).await;
    assert_eq!(walked.paths, [at("inner/up"), at("itself")]);
    assert_eq!(walked.letters, [""; 0]);

    // As a root, a link is followed: what was named is meant.
    let walked = walk([at("inner/up")]).await;
    let through = |name: &str| at("inner/up").join(name);
    assert_eq!(walked.paths, [through("inner/up"), through("itself")]);
    let walked = walk([at("itself")]).await;
    let expected = format!(
        "walk-files: cannot walk {}: Too many levels of symbolic links (os error 40)",
        at("itself").display()
    );
    assert_eq!(walked.letters, [expected]);
}

#[tokio::test]
async fn a_folder_that_may_not_be_listed_is_a_dead_letter_and_the_walk_goes_on() {
    const NAME: &str = "a_folder_that_may_not_be_listed_is_a_dead_letter_and_the_walk_goes_on";
    const AGAIN: &str = "MILLPOND_TEST_AGAIN";
    if std::env::var_os(AGAIN).is_none() {
        let Some(program) = Unprivileged::new(&std::env::current_exe().unwrap()) else {
            return;
        };
        let mut again = program.command();
        again.args([NAME, "--exact", "--nocapture"]).env(AGAIN, "1");
        let ran = again.env("TMPDIR", program.folder()).output().unwrap();
        let told = String::from_utf8_lossy(&ran.stdout);
        assert!(told.contains("1 passed"), "{ran:?}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("unseen"), "").unwrap();
    fs::write(folder.path().join("seen"), "").unwrap();
    let mode = |mode| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o000);
    let walked = walk([folder.path()]).await;
    mode(0o700);

    assert_eq!(walked.paths, [folder.path().join("seen")]);
    let expected = format!(
        "walk-files: cannot walk {}: Permission denied (os error 13); \
         walk as a user who may list it",
        closed.display()
    );
    assert_eq!(walked.letters, [expected]);
}

// === ToFile ===

/// A message whose text would break a line if it were not escaped.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Line {
    number: u64,
    text: String,
}

fn line(number: u64) -> Line {
    Line {
        number,
        text: "a\nline, \"quoted\"\r\u{2028}".to_owned(),
    }
}

/// A file to be written, in a folder of its own.
struct Target {
    _folder: TempDir,
    path: PathBuf,
}

impl Target {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        Self {
            _folder: folder,
            path,
        }
    }

    /// The numbers of the lines, each of which must be whole.
    #[track_caller]
    fn numbers(&self) -> Vec<u64> {
        let text = fs::read_to_string(&self.path).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'), "torn: {text:?}");
        text.lines()
            .map(|text| serde_json::from_str::<Line>(text).unwrap().number)
            .collect()
    }
}

/// Waits for what no event announces.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        sleep(Duration::from_millis(1)).await;
    }
}

async fn joined(handle: RunHandle) -> Result<RunReport, RunError> {
    in_time("the end of the run", handle.join()).await
}

async fn failed(pipeline: Pipeline) -> RunFailure {
    match in_time("the run", pipeline.run()).await {
        Err(RunError::Failed(failure)) => *failure,
        other => unreachable!("the run was to fail, not: {other:?}"),
    }
}

fn source(name: &str, numbers: impl Iterator<Item = u64> + Send + 'static) -> Outlet<Line> {
    Pipeline::named(name).source(FromIter::new(numbers.map(line)))
}

#[tokio::test]
async fn a_completed_run_leaves_a_line_per_message_in_order() {
    let target = Target::new();
    fs::write(&target.path, "what was there before").unwrap();
    let sink = ToFile::json_lines(&target.path);
    let report = source("whole", 0..10_000).sink(sink).run().await.unwrap();
    assert_eq!(target.numbers(), (0..10_000).collect::<Vec<_>>());
    assert_eq!(report.node("to-file").received, 10_000);
}

#[tokio::test]
async fn a_run_without_messages_leaves_an_empty_file() {
    let target = Target::new();
    fs::write(&target.path, "what was there before").unwrap();
    let sink = ToFile::json_lines(&target.path);
    source("empty", 0..0).sink(sink).run().await.unwrap();
    assert_eq!(fs::read(&target.path).unwrap(), b"");
}

#[tokio::test]
async fn a_line_may_be_longer_than_what_is_written_at_once() {
    let target = Target::new();
    let long = |number| Line {
        number,
        text: "x".repeat(100_000),
    };
    Pipeline::named("long")
        .source(FromIter::new((0..5).map(long)))
        .sink(ToFile::json_lines(&target.path))
        .run()
        .await
        .unwrap();
    assert_eq!(target.numbers(), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_stopped_run_leaves_all_that_was_under_way() {
    let target = Target::new();
    let pipeline = source("stop", 0..).sink(ToFile::json_lines(&target.path));
    let handle = pipeline.start().unwrap();
    until("a thousand messages have come", || {
        handle.snapshot().node("to-file").received >= 1000
    })
    .await;
    handle.stop();
    let report = joined(handle).await.unwrap();

    assert_eq!(report.ending, Ending::Stopped);
    let received = report.node("to-file").received;
    assert_eq!(report.node("from-iter").emitted, received);
    assert_eq!(target.numbers(), (0..received).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_aborted_run_leaves_what_the_sink_had_received() {
    for messages in [1, 50, 3000] {
        let target = Target::new();
        let pipeline = source("abort", 0..).sink(ToFile::json_lines(&target.path));
        let handle = pipeline.start().unwrap();
        until("messages have come", || {
            handle.snapshot().node("to-file").received >= messages
        })
        .await;
        handle.abort();
        let report = joined(handle).await.unwrap();

        assert_eq!(report.ending, Ending::Aborted);
        assert!(report.unaccounted().is_empty(), "{report}");
        let received = report.node("to-file").received;
        assert_eq!(target.numbers(), (0..received).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_panic_upstream_leaves_every_line_before_it() {
    let target = Target::new();
    let pipeline = source("panic", 0..)
        .node("risky", |lines| {
            lines.inspect(|line: &Line| assert_ne!(line.number, 5000, "the bad one"))
        })
        .sink(ToFile::json_lines(&target.path));
    let failure = failed(pipeline).await;

    assert_eq!(&*failure.first.node, "risky");
    assert_eq!(failure.report.node("to-file").received, 5000);
    assert_eq!(target.numbers(), (0..5000).collect::<Vec<_>>());
}

/// A message that JSON cannot hold: it fails, or panics, in its middle.
struct Unwritable {
    number: u64,
    panics: bool,
}

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.number < 10 {
            return line(self.number).serialize(serializer);
        }
        let mut begun = serializer.serialize_seq(None)?;
        begun.serialize_element("the first half")?;
        assert!(!self.panics, "no second half");
        Err(S::Error::custom("it has no second half"))
    }
}

#[tokio::test]
async fn a_message_that_panics_in_its_middle_leaves_no_half_of_a_line() {
    let target = Target::new();
    let numbers = (0..100).map(|number| Unwritable {
        number,
        panics: true,
    });
    let pipeline = Pipeline::named("half")
        .source(FromIter::new(numbers))
        .sink(ToFile::json_lines(&target.path));
    let failure = failed(pipeline).await;

    assert_eq!(
        failure.to_string(),
        "stage `to-file`, node `to-file` panicked: no second half"
    );
    assert_eq!(target.numbers(), (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_message_that_json_cannot_hold_ends_the_run_and_the_lines_are_counted() {
    let target = Target::new();
    let numbers = (0..100).map(|number| Unwritable {
        number,
        panics: false,
    });
    let pipeline = Pipeline::named("half")
        .source(FromIter::new(numbers))
        .sink(ToFile::json_lines(&target.path));
    let failure = failed(pipeline).await;

    let expected = format!(
        "stage `to-file`, node `to-file` failed: cannot write {}: it has no second half; \
         it holds 10 complete lines; send only messages that JSON can hold",
        target.path.display()
    );
    assert_eq!(failure.to_string(), expected);
    assert_eq!(target.numbers(), (0..10).collect::<Vec<_>>());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_ends_the_run_with_place_cause_and_remedy() {
    let failure = failed(source("full", 0..).sink(ToFile::json_lines("/dev/full"))).await;
    assert_eq!(
        failure.to_string(),
        "stage `to-file`, node `to-file` failed: \
         cannot write /dev/full: No space left on device (os error 28); \
         free some space, or write elsewhere"
    );
    assert!(
        failure.report.unaccounted().is_empty(),
        "{}",
        failure.report
    );
}

#[test]
fn a_place_where_no_file_can_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let refusal = |path: &Path| {
        let pipeline = source("misplaced", 0..).sink(ToFile::json_lines(path));
        let error = pipeline.start().unwrap_err();
        assert!(matches!(error, RunError::Refused(_)), "{error:?}");
        let shown = folder.path().display().to_string();
        error.to_string().replace(&shown, "DIR")
    };
    let refused = |reason: &str| {
        format!("pipeline `misplaced` cannot start\n  P0006: stage `to-file`: {reason}")
    };
    assert_eq!(
        refusal(folder.path()),
        refused("DIR is a folder: name a file in it")
    );
    assert_eq!(
        refusal(&folder.path().join("none/out.jsonl")),
        refused("there is no folder DIR/none: make it first")
    );
    assert_eq!(
        refusal(&file.join("out.jsonl")),
        refused("DIR/file is not a folder: name another file")
    );
}

#[tokio::test]
async fn a_line_does_not_wait_for_company() {
    let target = Target::new();
    make_fifo(&target.path);
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let path = target.path.clone();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(File::open(path).unwrap()).lines() {
            tell.blocking_send(line.unwrap()).unwrap();
        }
    });
    let (sender, queue) = Queue::bounded(std::num::NonZeroUsize::MIN);
    let pipeline = Pipeline::named("prompt").source(queue);
    let handle = pipeline.sink(ToFile::json_lines(&target.path)).start();
    for number in 0..3 {
        sender.send(line(number)).await.unwrap();
        let came = in_time("a line without a second message", told.recv()).await;
        let came = came.unwrap();
        assert_eq!(serde_json::from_str::<Line>(&came).unwrap(), line(number));
    }
    drop(sender);
    joined(handle.unwrap()).await.unwrap();
    assert_eq!(in_time("the end of the file", told.recv()).await, None);
    reader.join().unwrap();
}

#[tokio::test]
async fn a_sink_whose_reader_stands_still_is_named_and_left_behind() {
    let target = Target::new();
    make_fifo(&target.path);
    let long = |number| Line {
        number,
        text: "x".repeat(4096),
    };
    let options = RunOptions::new().stop_deadline(Duration::from_millis(50));
    let handle = Pipeline::named("stuck")
        .source(FromIter::new((0..).map(long)))
        .capacity(128)
        .sink(ToFile::json_lines(&target.path))
        .start_with(options)
        .unwrap();
    // Waits for the sink; nothing is read. A pipe holds 64 KiB.
    let unread = File::open(&target.path).unwrap();
    until("more messages are under way than the pipe holds", || {
        handle.snapshot().node("from-iter").emitted > 100
    })
    .await;
    handle.stop();
    let report = joined(handle).await.unwrap();

    assert_eq!(report.ending, Ending::Aborted);
    let stuck: Vec<_> = report.left_behind.iter().map(|left| &left.node).collect();
    assert_eq!(stuck, [&Some("to-file".into())], "{report}");
    drop(unread);
}

#[tokio::test]
async fn a_file_that_a_killed_process_left_is_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let left = |number: u32| {
        let process = std::process::id();
        folder.path().join(format!(".out.{process}-{number}.part"))
    };
    // Other tests of this process may have used the first numbers.
    for number in 0..64 {
        fs::write(left(number), "left").unwrap();
    }
    let path = folder.path().join("out");
    let sink = ToFile::builder().path(&path).mode(FileMode::Atomic).build();
    let pipeline = Pipeline::named("part")
        .source(FromIter::new([1, 2]))
        .sink(sink);
    let run = pipeline.run_local(RunOptions::new());
    in_time("the run", run).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "1\n2\n");
    assert_eq!(fs::read_to_string(left(0)).unwrap(), "left");
}

#[test]
fn two_stages_on_one_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let pipeline = Pipeline::named("two");
    pipeline
        .source(FromIter::new([1]))
        .sink(ToFile::json_lines(&path));
    pipeline
        .source(FromIter::new([2]))
        .sink(ToFile::json_lines(&path));
    let errors = millpond::graph::check(&pipeline.graph());
    let told = errors.iter().map(ToString::to_string).collect::<Vec<_>>();
    let shown = path.display();
    assert_eq!(
        told,
        [format!(
            "stage `to-file.2`: {shown} is written by stage `to-file` already: write another \
             file, or merge what leads there"
        )]
    );
}
