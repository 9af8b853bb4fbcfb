//! What cannot be written, and what is said of it.

use std::fs;
use std::path::Path;

use millpond::stages::{FromIter, ToFile};
use millpond::{Pipeline, RunError};
use serde::Serialize;
use serde::ser::{Error as _, SerializeSeq, Serializer};

use super::{Target, failed, line, source};

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
