//! Tells what files really are, whatever their names say.
//!
//! `identify [--output FILE] PATH...` walks the paths, runs Google's Magika
//! model on every file and writes a line of JSON for each. Exits with 0 when
//! done, 1 when a node failed, 2 when nothing could start, 130 after Ctrl-C.

mod arguments;
mod magika;
mod summary;

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use arguments::Arguments;
use magika::{Sample, TOKENS, Tables};
use millpond::inference::Infer;
use millpond::stage::Cost;
use millpond::stages::{Monitor, ToFile, WalkFiles};
use millpond::{Pipeline, RunOptions};
use summary::Summary;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Arguments {
        model,
        output,
        paths,
    } = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(usage) => return fail(&usage, ExitCode::from(2)),
    };
    let tables = match Tables::load(&model.with_file_name("tables.json")) {
        Ok(tables) => Arc::new(tables),
        Err(error) => return fail(&error, ExitCode::from(2)),
    };
    let summary = Arc::new(Mutex::new(Summary::new(Arc::clone(&tables))));
    let tally = Arc::clone(&summary);

    let pipeline = Pipeline::named("identify");
    let (paths, unwalkable) = WalkFiles::new(paths).split(pipeline.builder());
    let (samples, unreadable) = paths.try_node("read", |paths| paths.map(Sample::read));
    unwalkable.for_each("unwalkable", |letter| eprintln!("{letter}"));
    unreadable.for_each("unreadable", |letter| eprintln!("{letter}"));
    let run = samples
        .cost(Cost::Blocking)
        .stage(
            Infer::onnx(model)
                .input("bytes", [TOKENS], |sample: &Sample| &sample.tokens)
                .output("target_label", move |sample, scores: &[f32]| {
                    tables.decide(&sample, scores)
                }),
        )
        .stage(Monitor::new("files"))
        .node("tally", move |verdicts| {
            verdicts.inspect(move |verdict| summary::count(&tally, verdict))
        })
        .sink(ToFile::json_lines(output))
        .run_with(RunOptions::new().stop_on_ctrl_c());
    match run.await {
        Ok(report) => {
            summary::print(&summary, &report);
            report.exit_code()
        }
        Err(error) => fail(&error, error.exit_code()),
    }
}

fn fail(error: &dyn std::fmt::Display, code: ExitCode) -> ExitCode {
    eprintln!("identify: {error}");
    code
}
