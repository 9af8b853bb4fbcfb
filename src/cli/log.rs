use std::panic;

use tracing_subscriber::EnvFilter;

use super::arguments::{Common, LogFormat};
use super::console::Console;
use super::exit::Failure;
use super::screen::Screen;

/// Sends logs to the screen from now on, and panics of stages with them.
///
/// Each line tells the pipeline, the stage and the node that it comes from.
pub(super) fn start(common: &Common, console: &Console, screen: &Screen) -> Result<(), Failure> {
    let filter = EnvFilter::builder().parse(&common.log).map_err(|error| {
        Failure::refused(format!("`--log {}` is no filter: {error}", common.log))
            .help("write a level, such as `info`, or `warn,millpond=debug`")
    })?;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(screen.clone())
        // It would tell them on standard error, which is what fails.
        .log_internal_errors(false)
        .with_ansi(console.on_stderr.is_on());
    let started = match common.log_format {
        LogFormat::Text => logs.with_target(false).try_init(),
        LogFormat::Json => logs
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init(),
    };
    started.map_err(|error| Failure::failed(format!("cannot log: {error}")))?;
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        let message = info.payload_as_str().unwrap_or("no message");
        tracing::error!(place, message, "code panicked");
    }));
    Ok(())
}
