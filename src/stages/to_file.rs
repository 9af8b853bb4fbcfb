use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Write};
use std::path::PathBuf;
use std::pin::pin;
use std::task::Poll;

use futures_core::Stream;
use serde::Serialize;

use crate::graph::{Cost, Outlet};
use crate::message::Message;
use crate::stage::{Identified, Sink};

/// Lines are handed to the operating system when there are this many bytes.
const WRITE_AT: usize = 64 * 1024;

/// Writes each message as a line of JSON.
///
/// The file is made when the run starts, and emptied if it was there. Lines
/// are written whole: whatever ends the run (its end, a stop, an abort, a
/// panic, a full disk), the file holds complete lines only. They are written
/// when 64 KiB have come together or no message is waiting.
///
/// # Errors
///
/// A file that cannot be made or written ends the run with a [`WriteError`].
/// A folder that does not exist is refused before the run starts.
#[derive(Clone, Debug)]
pub struct ToFile {
    path: PathBuf,
}

impl ToFile {
    /// Writes to `path`.
    pub fn json_lines(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

/// A file could not be written to its end.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {cause}; it holds {lines} complete lines{}", path.display(), remedy(cause))]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// How many complete lines it holds.
    pub lines: u64,
    /// What the operating system said.
    pub cause: io::Error,
}

fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::StorageFull => " (free some space, or write elsewhere)",
        io::ErrorKind::PermissionDenied => " (choose a file that you may write)",
        io::ErrorKind::NotFound => " (make its folder first)",
        _ => "",
    }
}

impl Identified for ToFile {
    const ID: &'static str = "to-file";
    const COST: Cost = Cost::Blocking;
}

impl<T: Message + Serialize> Sink<T> for ToFile {
    fn build(self, input: Outlet<T>) {
        if let Some(folder) = self.path.parent()
            && !folder.as_os_str().is_empty()
            && !folder.is_dir()
        {
            let folder = folder.display();
            input.refuse(format!("there is no folder {folder}: make it first"));
        }
        input.consume(Self::ID, move |messages| async move {
            let mut lines = LineFile::create(self.path)?;
            let mut messages = pin!(messages);
            poll_fn(move |cx| {
                loop {
                    match messages.as_mut().poll_next(cx) {
                        Poll::Ready(Some(message)) => lines.push(&message)?,
                        Poll::Ready(None) => return Poll::Ready(lines.flush()),
                        Poll::Pending => {
                            lines.flush()?;
                            return Poll::Pending;
                        }
                    }
                }
            })
            .await
        });
    }
}

/// A file of which every line is complete.
struct LineFile {
    path: PathBuf,
    file: File,
    /// Complete lines that are not in the file yet.
    pending: Vec<u8>,
    pending_lines: u64,
    /// The file up to here is complete lines.
    written: u64,
    written_lines: u64,
}

impl LineFile {
    fn create(path: PathBuf) -> Result<Self, WriteError> {
        match File::create(&path) {
            Ok(file) => Ok(Self {
                path,
                file,
                pending: Vec::with_capacity(WRITE_AT),
                pending_lines: 0,
                written: 0,
                written_lines: 0,
            }),
            Err(cause) => Err(WriteError {
                path,
                lines: 0,
                cause,
            }),
        }
    }

    fn push(&mut self, message: &impl Serialize) -> Result<(), WriteError> {
        let complete = self.pending.len();
        if let Err(error) = serde_json::to_writer(&mut self.pending, message) {
            self.pending.truncate(complete);
            return Err(self.error(error.into()));
        }
        self.pending.push(b'\n');
        self.pending_lines += 1;
        if self.pending.len() >= WRITE_AT {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let result = self.file.write_all(&self.pending);
        let bytes = self.pending.len() as u64;
        let lines = std::mem::take(&mut self.pending_lines);
        self.pending.clear();
        match result {
            Ok(()) => {
                self.written += bytes;
                self.written_lines += lines;
                Ok(())
            }
            Err(cause) => {
                // Cuts a torn line off. A device has no length to set, and no
                // torn line that could be read back either.
                drop(self.file.set_len(self.written));
                tracing::error!(path = %self.path.display(), lines, "lines could not be written");
                Err(self.error(cause))
            }
        }
    }

    fn error(&self, cause: io::Error) -> WriteError {
        WriteError {
            path: self.path.clone(),
            lines: self.written_lines,
            cause,
        }
    }
}

impl Drop for LineFile {
    /// What was taken from the edge is written even when the run is aborted.
    fn drop(&mut self) {
        // An error has been logged, and there is nobody left to tell.
        drop(self.flush());
    }
}
