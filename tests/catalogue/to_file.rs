use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use millpond::Pipeline;
use millpond::runtime::Ending;
use millpond::stages::{FileMode, FromIter, LineFormat, ToFile};
use serde_json::json;
use tempfile::TempDir;

use super::{again, failed, in_time, refused, run};

/// A folder, and a file in it that holds this.
fn file_with(content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    fs::write(&path, content).unwrap();
    (folder, path)
}

fn numbers(to: u64, path: &Path, mode: FileMode) -> Pipeline {
    let sink = ToFile::builder().path(path).mode(mode).build();
    Pipeline::named("numbers")
        .source(FromIter::new(0..to))
        .sink(sink)
}

fn names_in(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test]
async fn texts_and_paths_come_as_they_are_and_the_rest_as_json() {
    let (_folder, path) = file_with("");
    let sink = || ToFile::builder().path(&path).build();
    let read = || fs::read_to_string(&path).unwrap();
    run(Pipeline::named("texts")
        .source(FromIter::new(["a \"b\"".to_owned()]))
        .sink(sink()))
    .await;
    assert_eq!(read(), "a \"b\"\n");
    run(Pipeline::named("paths")
        .source(FromIter::new([PathBuf::from("/a b")]))
        .sink(sink()))
    .await;
    assert_eq!(read(), "/a b\n");
    run(Pipeline::named("json")
        .source(FromIter::new([json!({ "b": 1, "a": 2 })]))
        .sink(sink()))
    .await;
    assert_eq!(read(), "{\"b\":1,\"a\":2}\n");
    let quoted = ToFile::builder()
        .path(&path)
        .format(LineFormat::JsonLines)
        .build();
    run(Pipeline::named("quoted")
        .source(FromIter::new(["a"]))
        .sink(quoted))
    .await;
    assert_eq!(read(), "\"a\"\n");
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_unless_something_else_is_asked_for() {
    let (_folder, path) = file_with("before\n");
    run(numbers(2, &path, FileMode::default())).await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "0\n1\n");
}

#[tokio::test]
async fn appended_lines_come_after_those_that_are_there() {
    let (_folder, path) = file_with("before\n");
    run(numbers(2, &path, FileMode::Append)).await;
    run(numbers(1, &path, FileMode::Append)).await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "before\n0\n1\n0\n");
}

#[tokio::test]
async fn a_file_to_append_to_need_not_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    run(numbers(1, &path, FileMode::Append)).await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "0\n");
}

#[tokio::test]
async fn a_line_that_somebody_tore_gets_an_end_before_the_next() {
    let (_folder, path) = file_with("before\ntor");
    run(numbers(0, &path, FileMode::Append)).await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "before\ntor");
    run(numbers(1, &path, FileMode::Append)).await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "before\ntor\n0\n");
}

#[tokio::test]
async fn a_limit_on_file_sizes_leaves_whole_lines_after_those_that_were_there() {
    if again::is_running() {
        let path = PathBuf::from(std::env::var_os("OUT").unwrap());
        let failure = failed(numbers(1_000_000, &path, FileMode::Append)).await;
        let content = fs::read_to_string(&path).unwrap();
        let ours = content.strip_prefix("before\n").unwrap();
        assert!(ours.ends_with('\n'), "torn");
        let lines = ours.lines().count();
        assert!(ours.lines().eq((0..lines).map(|number| number.to_string())));
        let said = failure.to_string();
        let counted = format!("it holds {lines} complete lines; raise the limit on file sizes");
        assert!(
            said.contains(&counted) && said.contains(path.to_str().unwrap()),
            "{said}"
        );
        return;
    }
    let (_folder, path) = file_with("before\n");
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh"]);
    limited.arg(std::env::current_exe().unwrap());
    let test = "to_file::a_limit_on_file_sizes_leaves_whole_lines_after_those_that_were_there";
    let output = again::with(limited, test)
        .env("OUT", &path)
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("1 passed"),
        "{output:?}"
    );
}

#[tokio::test]
async fn an_atomic_file_takes_the_place_of_the_other_with_its_permissions() {
    let (folder, path) = file_with("before\n");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    run(numbers(2, &path, FileMode::Atomic)).await;
    assert_eq!(fs::read_to_string(&path).unwrap(), "0\n1\n");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(names_in(&folder), ["out"]);
}

#[tokio::test]
async fn a_failure_upstream_leaves_what_an_atomic_file_was_to_replace() {
    for _ in 0..20 {
        let (folder, path) = file_with("before\n");
        let sink = ToFile::builder().path(&path).mode(FileMode::Atomic).build();
        let pipeline = Pipeline::named("fails")
            .source(FromIter::new(0..))
            .node("risky", |numbers| {
                numbers.inspect(|number| assert_ne!(*number, 100, "the bad one"))
            })
            .sink(sink);
        let failure = failed(pipeline).await;
        assert_eq!(&*failure.first.node, "risky");
        assert_eq!(fs::read_to_string(&path).unwrap(), "before\n");
        assert_eq!(names_in(&folder), ["out"]);
    }
}

#[tokio::test]
async fn a_stop_and_an_abort_leave_what_an_atomic_file_was_to_replace() {
    for abort in [false, true] {
        let (folder, path) = file_with("before\n");
        let handle = numbers(u64::MAX, &path, FileMode::Atomic).start().unwrap();
        if abort {
            handle.abort();
        } else {
            handle.stop();
        }
        let report = in_time("the end", handle.join()).await.unwrap();
        assert_ne!(report.ending, Ending::Completed);
        assert_eq!(fs::read_to_string(&path).unwrap(), "before\n");
        assert_eq!(names_in(&folder), ["out"]);
    }
}

#[tokio::test]
async fn a_file_that_must_be_new_is_not_touched_if_it_is_there() {
    let (folder, path) = file_with("before\n");
    let refusal = refused(numbers(1, &path, FileMode::New)).await;
    assert!(
        refusal.contains("is there already: move it away"),
        "{refusal}"
    );

    let new = folder.path().join("new");
    let pipeline = numbers(1, &new, FileMode::New);
    fs::write(&new, "meanwhile").unwrap();
    let failure = failed(pipeline).await;
    let expected = format!(
        "cannot write {}: File exists (os error 17); move it away, or choose another `mode`",
        new.display()
    );
    assert!(failure.to_string().ends_with(&expected), "{failure}");
    assert_eq!(fs::read_to_string(&new).unwrap(), "meanwhile");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_no_regular_file_is_not_replaced() {
    let refusal = refused(numbers(1, Path::new("/dev/null"), FileMode::Atomic)).await;
    assert!(
        refusal.contains("/dev/null is no regular file"),
        "{refusal}"
    );
    run(numbers(1, Path::new("/dev/null"), FileMode::Append)).await;
}
