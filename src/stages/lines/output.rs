use std::fmt;
use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use futures_core::Stream;
use serde::Serialize;

use super::{LineFormat, push_line};

/// Lines are handed to the operating system when there are this many bytes.
const WRITE_AT: usize = 64 * 1024;

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
        io::ErrorKind::AlreadyExists => "move it away, or choose another `mode`",
        io::ErrorKind::InvalidData => "send only messages that JSON can hold",
        _ => "write elsewhere",
    }
}

/// A file to which complete lines are added.
pub(in crate::stages) struct Output {
    /// What errors call it.
    path: PathBuf,
    file: File,
    format: LineFormat,
    /// Lines that are not in the file yet, and perhaps the beginning of one
    /// more, whose message panicked.
    pending: Vec<u8>,
    /// Up to here they are complete.
    complete: usize,
    pending_lines: u64,
    /// The file up to here is complete lines.
    end: u64,
    /// How many of them are ours.
    lines: u64,
    /// The file ends in a line that somebody else has torn.
    torn: bool,
    /// Held while lines are written that others write to the same place.
    turn: Option<&'static Mutex<()>>,
}

impl Output {
    /// Adds to `file`, which holds `end` bytes already.
    pub(in crate::stages) fn new(path: &Path, file: File, format: LineFormat, end: u64) -> Self {
        Self {
            path: path.to_owned(),
            file,
            format,
            pending: Vec::with_capacity(WRITE_AT),
            complete: 0,
            pending_lines: 0,
            end,
            lines: 0,
            torn: false,
            turn: None,
        }
    }

    /// Says that what the file holds does not end with the end of a line.
    pub(in crate::stages) fn torn(mut self, torn: bool) -> Self {
        self.torn = torn;
        self
    }

    /// Says that all who write there hold `turn` meanwhile.
    pub(in crate::stages) fn in_turn(mut self, turn: &'static Mutex<()>) -> Self {
        self.turn = Some(turn);
        self
    }

    /// Writes messages until there are no more; whenever none is waiting,
    /// those that have come are in the file.
    pub(in crate::stages) async fn write_all<T: Serialize + 'static>(
        &mut self,
        messages: impl Stream<Item = T>,
    ) -> Result<(), WriteError> {
        let mut messages = pin!(messages);
        poll_fn(move |cx| {
            loop {
                match messages.as_mut().poll_next(cx) {
                    Poll::Ready(Some(message)) => self.push(&message)?,
                    Poll::Ready(None) => return Poll::Ready(self.flush()),
                    Poll::Pending => {
                        self.flush()?;
                        return Poll::Pending;
                    }
                }
            }
        })
        .await
    }

    /// Waits until what was written is on the disk.
    pub(in crate::stages) fn sync(&self) -> Result<(), WriteError> {
        self.file.sync_all().map_err(|cause| self.error(cause))
    }

    fn push<T: Serialize + 'static>(&mut self, message: &T) -> Result<(), WriteError> {
        if std::mem::take(&mut self.torn) {
            self.pending.push(b'\n');
        }
        if let Err(error) = push_line(&mut self.pending, message, self.format) {
            // Written first, so that the error counts every line.
            self.flush()?;
            return Err(self.error(error.into()));
        }
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
        let held = self
            .turn
            .map(|turn| turn.lock().unwrap_or_else(PoisonError::into_inner));
        let result = write(&mut self.file, &self.pending[..bytes]);
        drop(held);
        self.pending.clear();
        match result {
            Ok(()) => {
                self.end += bytes as u64;
                self.lines += lines;
                Ok(())
            }
            Err((written, cause)) => {
                self.cut(written);
                if cause.kind() != io::ErrorKind::BrokenPipe {
                    let path = self.path.display();
                    tracing::error!(%path, lines, "lines could not be written");
                }
                Err(self.error(cause))
            }
        }
    }

    /// Cuts a torn line off, unless others write to the file too.
    fn cut(&self, written: usize) {
        // A device has no length to set, and no torn line to be read back.
        let ours = self.end + written as u64;
        if written > 0 && self.file.metadata().is_ok_and(|found| found.len() == ours) {
            drop(self.file.set_len(self.end));
        }
    }

    fn error(&self, cause: io::Error) -> WriteError {
        WriteError {
            path: self.path.clone(),
            lines: self.lines,
            cause,
        }
    }
}

/// Writes all of it, or tells how much was.
fn write(file: &mut File, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => return Err((written, io::ErrorKind::WriteZero.into())),
            Ok(more) => written += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err((written, error)),
        }
    }
    Ok(())
}

impl Drop for Output {
    /// What was taken from the edge is written even when the run is aborted.
    fn drop(&mut self) {
        // An error has been logged, and there is nobody left to tell.
        drop(self.flush());
    }
}
