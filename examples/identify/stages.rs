//! The stages of `identify` for pipelines from specs, where what is between
//! them is JSON.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use millpond::graph::Outlet;
use millpond::pipeline::spec::PipelineSpec;
use millpond::register;
use millpond::stage::{Cost, Identified, Registry, Stage};
use millpond::{RunError, RunOptions, RunReport};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::magika::{Rule, Sample, Tables, Verdict};
use crate::summary::{Summary, fail, print_report};

/// Reads the two ends of each file, as numbers that the model reads.
///
/// The message has the fields `path`, `tokens`, and `ruled`: what rules say
/// where the model has nothing to go by. A file that cannot be read is a dead
/// letter.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadSample {}

/// Turns the model's `scores` for a sample into a verdict.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Label {
    /// The tables that `scripts/model` makes.
    #[schemars(extend("x-millpond-exists" = "file"))]
    tables: PathBuf,
}

/// Counts verdicts, and prints a summary when there are no more.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Summarise {
    /// The tables that `scripts/model` makes.
    #[schemars(extend("x-millpond-exists" = "file"))]
    tables: PathBuf,
}

register!(stage ReadSample: PathBuf);
register!(stage Label: Value);
register!(stage Summarise: Verdict);

impl Identified for ReadSample {
    const ID: &'static str = "read-sample";
    const COST: Cost = Cost::Blocking;
}

impl Stage<PathBuf> for ReadSample {
    type Out = Value;

    fn build(self, paths: Outlet<PathBuf>) -> Outlet<Value> {
        let (samples, _counted_and_logged) = paths.try_node(Self::ID, |paths| {
            paths.map(|path| Sample::read(path).map(|sample| to_json(&sample)))
        });
        samples
    }
}

fn to_json(sample: &Sample) -> Value {
    let path = sample.path.to_string_lossy();
    json!({ "path": path, "tokens": sample.tokens, "ruled": sample.ruled })
}

/// What [`Label`] needs of a message.
#[derive(Deserialize)]
struct Scored {
    path: PathBuf,
    ruled: Option<Rule>,
    /// A score that is no number is null in JSON.
    scores: Vec<Option<f32>>,
}

/// A message that is no sample with scores.
#[derive(Debug, thiserror::Error)]
#[error("the message is no sample with scores: {0}")]
struct NotScored(#[from] serde_json::Error);

impl Identified for Label {
    const ID: &'static str = "label";
}

impl Stage<Value> for Label {
    type Out = Verdict;

    fn build(self, samples: Outlet<Value>) -> Outlet<Verdict> {
        let tables = Tables::load(&self.tables);
        if let Err(error) = &tables {
            samples.refuse(error.to_string());
        }
        let (verdicts, _counted_and_logged) = samples.try_node_with(Self::ID, |_, samples| {
            let tables = tables?;
            Ok(samples.map(move |sample| label(&tables, sample).map_err(NotScored)))
        });
        verdicts
    }
}

fn label(tables: &Tables, sample: Value) -> serde_json::Result<Verdict> {
    let scored: Scored = serde_json::from_value(sample)?;
    let sample = Sample {
        path: scored.path,
        tokens: Vec::new(),
        ruled: scored.ruled,
    };
    let scores = scored.scores.into_iter();
    let scores: Vec<_> = scores.map(|score| score.unwrap_or(f32::NAN)).collect();
    Ok(tables.decide(&sample, &scores))
}

impl Identified for Summarise {
    const ID: &'static str = "summarise";
}

impl Stage<Verdict> for Summarise {
    type Out = Verdict;

    fn build(self, verdicts: Outlet<Verdict>) -> Outlet<Verdict> {
        match Tables::load(&self.tables) {
            Ok(tables) => {
                let mut summary = Printed(Summary::new(Arc::new(tables)));
                verdicts.node(Self::ID, |verdicts| {
                    verdicts.inspect(move |verdict| summary.0.add(verdict))
                })
            }
            Err(error) => {
                verdicts.refuse(error.to_string());
                verdicts
            }
        }
    }
}

/// A summary that is printed when its node ends.
struct Printed(Summary);

impl Drop for Printed {
    fn drop(&mut self) {
        drop(self.0.print(&mut std::io::stdout().lock()));
    }
}

/// Runs a spec, and says what the program shall exit with.
pub(crate) async fn run(spec: &Path) -> ExitCode {
    let registry = match Registry::collected() {
        Ok(registry) => registry,
        Err(conflicts) => return fail(&conflicts[0], ExitCode::from(2)),
    };
    let built = PipelineSpec::read(spec).and_then(|spec| spec.build(&registry));
    let pipeline = match built {
        Ok(pipeline) => pipeline,
        Err(errors) => return fail(&errors, ExitCode::from(2)),
    };
    finish(pipeline.run_with(RunOptions::new().stop_on_ctrl_c()).await)
}

fn finish(run: Result<RunReport, RunError>) -> ExitCode {
    match run {
        Ok(report) => {
            print_report(&report);
            report.exit_code()
        }
        Err(error) => {
            if let RunError::Failed(failure) = &error {
                print_report(&failure.report);
            }
            fail(&error, error.exit_code())
        }
    }
}
