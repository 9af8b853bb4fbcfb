//! The stages that touch the file system: what the walk finds, and that the
//! lines of a file are whole however its run ends.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod refused;
#[path = "../unprivileged/mod.rs"]
mod unprivileged;
mod walk;
mod written;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use millpond::graph::Outlet;
use millpond::runtime::RunFailure;
use millpond::stages::FromIter;
use millpond::{Pipeline, RunError, RunHandle, RunReport};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

/// How long a machine under load may take for what takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

async fn in_time<T>(what: &str, it: impl Future<Output = T>) -> T {
    let came = timeout(PATIENCE, it).await;
    came.unwrap_or_else(|_| unreachable!("{what} took more than {PATIENCE:?}"))
}

fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success(), "mkfifo {}: {made}", path.display());
}

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
