//! Tells what files really are, whatever their names say.
//!
//! `identify [--model FILE] [--output FILE] PATH...` walks the paths, runs
//! Google's Magika model on every file, writes a line of JSON for each and
//! prints a summary. `identify --spec FILE` runs a pipeline from a spec that may
//! use its stages: `identify.toml` does the same as the program by itself. What cannot be read is named, counted and passed over.
//! README.md says what it exits with.

mod arguments;
mod magika;
mod stages;
mod summary;

use std::process::ExitCode;

use arguments::Arguments;
use magika::{SCORES, Sample, TOKENS};
use millpond::inference::Infer;
use millpond::stage::Cost;
use millpond::stages::{Monitor, ToFile, WalkFiles};
use millpond::{Pipeline, RunOptions};
use summary::{Summary, finish, passed_over, without_verdict};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    if let Some(spec) = arguments::spec() {
        return stages::run(&spec).await;
    }
    let arguments = match Arguments::from_env() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let tables = arguments.tables;
    let summary = Summary::shared(&tables);
    let count = Summary::counting(&summary);
    let decide = move |sample, scores: &[f32]| tables.decide(&sample, scores);

    // Small edges, so that a stop has little to drain.
    let pipeline = Pipeline::named("identify").edge_capacity(32);
    let (paths, unwalkable) = WalkFiles::new(arguments.paths).split(pipeline.builder());
    let (samples, unreadable) = paths.try_node("read", |paths| paths.map(Sample::read));
    unwalkable.for_each("unwalkable", |letter| passed_over(&letter));
    unreadable.for_each("unreadable", |letter| passed_over(&letter));
    let infer = Infer::loaded(arguments.model)
        .input("bytes", [TOKENS], |sample: &Sample| &sample.tokens)
        .output(SCORES, decide);
    let (verdicts, unanswered) = infer.split(samples.cost(Cost::Blocking));
    unanswered.for_each("unanswered", |letter| without_verdict(&letter.error));
    let run = verdicts
        .stage(Monitor::new("files"))
        .node("count", |verdicts| verdicts.inspect(count))
        .sink(ToFile::json_lines(arguments.output))
        .run_with(RunOptions::new().stop_on_ctrl_c());

    finish(&summary, run.await)
}
