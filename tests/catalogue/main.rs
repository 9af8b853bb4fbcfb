//! The stages of the catalogue: what each reads, writes and refuses.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod again;
mod chain;
mod filter;
mod from_file;
mod from_stdin;
mod infer;
#[cfg(feature = "onnx")]
mod infer_onnx;
#[cfg(feature = "onnx")]
#[expect(dead_code, reason = "the real model is for the tests of its example")]
#[path = "../identify/model.rs"]
mod model;
mod options;
mod parse_json;
mod specs;
mod table;
mod to_file;
mod to_stdout;
#[path = "../unprivileged/mod.rs"]
mod unprivileged;

use std::fmt::Display;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use millpond::graph::Outlet;
use millpond::message::Message;
use millpond::runtime::RunFailure;
use millpond::{Pipeline, RunError, RunReport};
use tokio::time::timeout;

/// How long a machine under load may take for what takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

async fn in_time<T>(what: &str, it: impl Future<Output = T>) -> T {
    let came = timeout(PATIENCE, it).await;
    came.unwrap_or_else(|_| unreachable!("{what} took more than {PATIENCE:?}"))
}

/// What has come out of an outlet so far.
struct Kept<T>(Arc<Mutex<Vec<T>>>);

impl<T: Message> Kept<T> {
    /// Ends an outlet in a node of this name that keeps what comes.
    fn from(outlet: Outlet<T>, name: &str) -> (Pipeline, Self) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let to = Arc::clone(&kept);
        let pipeline = outlet.for_each(name, move |message| to.lock().unwrap().push(message));
        (pipeline, Self(kept))
    }

    fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn texts(&self) -> Vec<String>
    where
        T: Display,
    {
        self.take().iter().map(ToString::to_string).collect()
    }
}

async fn run(pipeline: Pipeline) -> RunReport {
    in_time("the run", pipeline.run()).await.unwrap()
}

async fn failed(pipeline: Pipeline) -> RunFailure {
    match in_time("the run", pipeline.run()).await {
        Err(RunError::Failed(failure)) => *failure,
        other => unreachable!("the run was to fail, not: {other:?}"),
    }
}

/// Why the pipeline does not start.
async fn refused(pipeline: Pipeline) -> String {
    match in_time("the refusal", pipeline.run()).await {
        Err(RunError::Refused(errors)) => errors.to_string(),
        other => unreachable!("the pipeline was to be refused, not: {other:?}"),
    }
}

fn make_fifo(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().unwrap();
    assert!(made.success(), "mkfifo {}: {made}", path.display());
}
