use std::fmt;
use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
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
/// A path that is a folder, or whose own folder does not exist, is refused
/// before the run starts.
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
#[error("cannot write {}: {cause}{}; {}", path.display(), Holds(*lines), remedy(cause))]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// How many complete lines this run has put into it.
    pub lines: u64,
    /// What the operating system said.
    pub cause: io::Error,
}

/// What is in the file, if anything is.
struct Holds(u64);

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str("; it holds 1 complete line"),
            lines => write!(f, "; it holds {lines} complete lines"),
        }
    }
}

fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space, or write elsewhere"
        }
        io::ErrorKind::FileTooLarge => "raise the limit on file sizes, or write elsewhere",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a file that you may write"
        }
        io::ErrorKind::NotFound => "make its folder first",
        io::ErrorKind::InvalidData => "send only messages that JSON can hold",
        _ => "write elsewhere",
    }
}

impl Identified for ToFile {
    const ID: &'static str = "to-file";
    const COST: Cost = Cost::Blocking;
}

impl<T: Message + Serialize> Sink<T> for ToFile {
    fn build(self, input: Outlet<T>) {
        if let Some(reason) = misplaced(&self.path) {
            input.refuse(reason);
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

/// Says why there can be no file at `path`, if that is plain to see.
fn misplaced(path: &Path) -> Option<String> {
    if path.is_dir() {
        let path = path.display();
        return Some(format!("{path} is a folder: name a file in it"));
    }
    let folder = path.parent()?;
    let shown = folder.display();
    match folder.metadata() {
        _ if folder.as_os_str().is_empty() => None,
        Ok(found) if found.is_dir() => None,
        Ok(_) => Some(format!("{shown} is not a folder: name another file")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Some(format!("there is no folder {shown}: make it first"))
        }
        // Whatever it is, making the file will tell.
        Err(_) => None,
    }
}

/// A file of which every line is complete.
struct LineFile {
    path: PathBuf,
    file: File,
    /// Lines that are not in the file yet, and perhaps the beginning of one
    /// more, whose message panicked.
    pending: Vec<u8>,
    /// Up to here they are complete.
    complete: usize,
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
                complete: 0,
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
        if let Err(error) = serde_json::to_writer(&mut self.pending, message) {
            // Written first, so that the error counts every line.
            self.flush()?;
            return Err(self.error(error.into()));
        }
        self.pending.push(b'\n');
        self.complete = self.pending.len();
        self.pending_lines += 1;
        if self.pending.len() >= WRITE_AT {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let lines = std::mem::take(&mut self.pending_lines);
        let bytes = std::mem::take(&mut self.complete);
        if bytes == 0 {
            self.pending.clear();
            return Ok(());
        }
        let result = self.file.write_all(&self.pending[..bytes]);
        self.pending.clear();
        match result {
            Ok(()) => {
                self.written += bytes as u64;
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
