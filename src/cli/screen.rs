use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing_subscriber::fmt::MakeWriter;

/// Goes to the beginning of the line and empties it.
const EMPTY_LINE: &[u8] = b"\r\x1b[K";

/// Standard error with a line at its end that changes, below everything else
/// that is written to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Screen {
    line: Arc<Mutex<String>>,
}

impl Screen {
    /// Shows this line in place of the one before; an empty one takes it away.
    pub(super) fn show(&self, line: String) {
        let mut shown = self.lock();
        if shown.is_empty() && line.is_empty() {
            return;
        }
        // Nobody can be told when standard error fails.
        drop(
            io::stderr()
                .lock()
                .write_all(&[EMPTY_LINE, line.as_bytes()].concat()),
        );
        *shown = line;
    }

    /// Writes a line above the line that changes.
    pub(super) fn say(&self, line: &str) {
        let mut above = self;
        drop(above.write(format!("{line}\n").as_bytes()));
    }

    fn lock(&self) -> MutexGuard<'_, String> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what belongs above the line: each piece is a whole line or more.
/// Never fails: what cannot be shown is lost.
impl Write for &Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let shown = self.lock();
        let mut stderr = io::stderr().lock();
        let written = if shown.is_empty() {
            stderr.write_all(bytes)
        } else {
            stderr.write_all(&[EMPTY_LINE, bytes, shown.as_bytes()].concat())
        };
        // Nobody can be told when standard error fails.
        drop(written);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Screen {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}
