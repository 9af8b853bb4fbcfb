use std::io::{self, IsTerminal};
use std::pin::pin;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::{Instant, interval_at};

use crate::cli::arguments::{Common, Run};
use crate::cli::catalogue::Catalogue;
use crate::cli::console::{Console, columns_of_stderr};
use crate::cli::diagnosis::{Diagnosis, Sources};
use crate::cli::exit::{Exit, Failure};
use crate::cli::load::load;
use crate::cli::progress::Progress;
use crate::cli::screen::Screen;
use crate::cli::signals::Signals;
use crate::cli::{log, report};
use crate::graph::Graph;
use crate::pipeline::Pipeline;
use crate::runtime::{Ending, RunError, RunHandle, RunOptions, RunReport};

/// How often the line of progress changes. A run that is shorter shows none.
const PERIOD: Duration = Duration::from_millis(500);

/// Runs a pipeline to its end, and tells how it went.
pub(super) fn run(arguments: &Run, common: &Common, console: &Console) -> Result<Exit, Failure> {
    let catalogue = Catalogue::collected()?;
    let (_, pipeline) = load(&arguments.pipeline, &catalogue)?.build(&catalogue)?;
    let screen = Screen::default();
    log::start(common, console, &screen)?;
    let shows_progress = !common.quiet && is_progress_seen(&pipeline.graph());
    let outcome = execute(pipeline, options(arguments), &screen, shows_progress)?;
    screen.show(String::new());
    let (text, exit) = concluded(&outcome, console);
    let report = match &outcome {
        Ok(report) => Some(report),
        Err(RunError::Failed(failure)) => Some(&failure.report),
        Err(_) => None,
    };
    let shown = report
        .map(|found| report::shown(found, arguments.report))
        .unwrap_or_default();
    match &arguments.report_to {
        Some(file) => {
            console.complain(&text);
            report::write(file, &shown)?;
        }
        None if common.quiet => console.complain(&text),
        None => console.complain(&format!("{text}{shown}")),
    }
    Ok(exit)
}

fn options(arguments: &Run) -> RunOptions {
    let options = arguments.workers.options();
    options.stop_deadline(arguments.stop_deadline)
}

/// Whether a line of progress would stand alone: on a terminal to which no
/// stage writes.
fn is_progress_seen(graph: &Graph) -> bool {
    let has = |id: &str| graph.nodes.iter().any(|node| &*node.stage == id);
    io::stderr().is_terminal()
        && !has("monitor")
        && !(io::stdout().is_terminal() && has("to-stdout"))
}

type Outcome = Result<RunReport, RunError>;

fn execute(
    pipeline: Pipeline,
    options: RunOptions,
    screen: &Screen,
    shows_progress: bool,
) -> Result<Outcome, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::failed(format!("cannot run: {error}")))?;
    runtime.block_on(async {
        let signals = Signals::listen()?;
        Ok(match pipeline.start_with(options) {
            Ok(handle) => watched(handle, signals, screen, shows_progress).await,
            Err(error) => Err(error),
        })
    })
}

/// Sees a run to its end: shows its progress, and tells it of requests to end.
async fn watched(
    handle: RunHandle,
    mut signals: Signals,
    screen: &Screen,
    shows_progress: bool,
) -> Outcome {
    let control = handle.control();
    let mut ticks = interval_at(Instant::now() + PERIOD, PERIOD);
    let mut progress = Progress::default();
    let mut is_stopping = false;
    let mut end = pin!(handle.join());
    loop {
        tokio::select! {
            outcome = &mut end => return outcome,
            () = signals.next() => {
                let said = if is_stopping {
                    control.abort();
                    "aborting: what is under way is lost"
                } else {
                    control.stop();
                    "stopping: what is under way is worked off; once more to abort"
                };
                is_stopping = true;
                screen.say(said);
            }
            _ = ticks.tick(), if shows_progress => {
                screen.show(progress.line(&control.snapshot(), columns_of_stderr()));
            }
        }
    }
}

/// What is told of the end of a run, and what the program exits with.
fn concluded(outcome: &Outcome, console: &Console) -> (String, Exit) {
    let error = match outcome {
        Ok(report) => {
            let exit = match report.ending {
                Ending::Running | Ending::Completed => Exit::Done,
                Ending::Stopped => Exit::Interrupted,
                Ending::Aborted => Exit::Lost,
            };
            return (String::new(), exit);
        }
        Err(error) => error,
    };
    let errors = match error {
        RunError::Refused(refused) => refused
            .errors
            .iter()
            .map(|error| Diagnosis::coded(error.code(), error.to_string()))
            .collect(),
        RunError::Failed(failure) => std::iter::once(&failure.first)
            .chain(&failure.later)
            .map(|failure| Diagnosis::new(failure.to_string()))
            .collect(),
        RunError::NoThread(_) | RunError::Unsupervised => vec![Diagnosis::new(error.to_string())],
    };
    let exit = match error {
        RunError::Refused(_) => Exit::Refused,
        _ => Exit::Failed,
    };
    let shown = errors
        .iter()
        .map(|error| error.shown(&Sources::default(), console.on_stderr));
    (shown.collect(), exit)
}
