use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::lines::{LineFormat, Output, WriteError};
use crate::graph::{Cost, Outlet};
use crate::message::Message;
use crate::stage::{Identified, Sink};

/// Whose turn it is to write whole lines.
static TURN: Mutex<()> = Mutex::new(());

/// Writes each message as a line of standard output.
///
/// Lines are written when 64 KiB have come together or no message is waiting.
/// Several of this stage in one process take turns, so that lines stay whole.
/// A reader that has gone, such as a `head` that has seen enough, ends the
/// stage and is no error: what leads only here ends with it.
///
/// # Errors
///
/// What else keeps standard output from being written ends the run with a
/// [`WriteError`].
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::stages::{FromIter, ToStdout};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), millpond::RunError> {
/// let report = Pipeline::named("hello")
///     .source(FromIter::new(["to be", "or", "not to be"]))
///     .sink(ToStdout::default())
///     .run()
///     .await?;
///
/// assert_eq!(report.node("to-stdout").received, 3);
/// # Ok(())
/// # }
/// ```
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder,
)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ToStdout {
    /// How a message becomes a line.
    #[serde(default)]
    #[builder(default)]
    pub format: LineFormat,
}

crate::register!(sink ToStdout: String, PathBuf, any + Serialize);

impl Identified for ToStdout {
    const ID: &'static str = "to-stdout";
    const COST: Cost = Cost::Blocking;
}

impl<T: Message + Serialize> Sink<T> for ToStdout {
    fn build(self, input: Outlet<T>) {
        input.consume(Self::ID, move |messages| async move {
            let path = Path::new("standard output");
            let opened = stdout().and_then(|file| {
                let found = file.metadata()?;
                // Where it is a file, it may hold the output of others.
                let end = if found.is_file() { found.len() } else { 0 };
                Ok(Output::new(path, file, self.format, end).in_turn(&TURN))
            });
            let opened = opened.map_err(|cause| WriteError {
                path: path.to_owned(),
                lines: 0,
                cause,
            });
            let written = match opened {
                Ok(mut output) => output.write_all(messages).await,
                Err(error) => Err(error),
            };
            match written {
                Err(error) if error.cause.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => written,
            }
        });
    }
}

/// Standard output without the buffer of `Stdout`, which would cut lines.
fn stdout() -> io::Result<File> {
    #[cfg(unix)]
    let own = {
        use std::os::fd::AsFd;
        io::stdout().as_fd().try_clone_to_owned()?
    };
    #[cfg(windows)]
    let own = {
        use std::os::windows::io::AsHandle;
        io::stdout().as_handle().try_clone_to_owned()?
    };
    Ok(File::from(own))
}
