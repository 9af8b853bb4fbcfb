//! `#[source]` on functions.

use std::io;
use std::num::ParseIntError;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_util::stream;
use millpond::node::Stopped;
use millpond::operators::{Flow, Progress, flow};
use millpond::source;

/// Counts.
#[source]
pub fn count(from: u64, #[config(default = 3)] to: u64) -> impl Iterator<Item = u64> {
    from..to
}

/// Gives two names.
#[source]
#[must_use]
pub fn names() -> Vec<String> {
    ["a", "b"].map(String::from).into()
}

/// Reads the lines of a file.
///
/// # Errors
///
/// If the file cannot be opened.
#[source(cost = blocking)]
pub fn lines_of(path: PathBuf) -> io::Result<impl Iterator<Item = io::Result<String>>> {
    let text = std::fs::read_to_string(path)?;
    let lines: Vec<_> = text.lines().map(|line| Ok(line.to_owned())).collect();
    Ok(lines.into_iter())
}

/// Lists a file.
#[source]
pub fn listed(#[config(exists = "file")] path: &Path) -> impl Iterator<Item = String> + use<> {
    [path.display().to_string()].into_iter()
}

/// Gives some bytes.
///
/// # Errors
///
/// Never.
#[source]
pub fn bytes(stopped: Stopped) -> io::Result<impl Stream<Item = io::Result<u8>>> {
    drop(stopped);
    Ok(stream::iter([Ok(1), Ok(2)]))
}

/// Gives a few numbers.
#[source]
pub fn few(#[config(default = 2)] most: usize) -> Flow<impl Progress<Item = u8>> {
    flow([1, 2, 3]).take(most)
}

/// Gives even numbers.
#[source(emits = u64)]
pub async fn even(most: u64) {
    for n in 0..most {
        std::future::ready(()).await;
        if n % 2 == 0 {
            emit!(n);
        }
    }
}

/// Reads numbers.
#[source(emits = Result<u64, ParseIntError>)]
pub async fn parsed(texts: Vec<String>) {
    for text in texts {
        let number: u64 = text.parse()?;
        emit!(number);
    }
}

/// Counts down, and ends when it is told to.
#[source]
pub fn count_down(
    cx: &mut Context<'_>,
    stopped: &mut Stopped,
    #[state(start)] left: &mut u64,
    start: u64,
) -> Poll<Option<u64>> {
    if *left == 0 {
        return Pin::new(stopped).poll(cx).map(|()| None);
    }
    *left -= 1;
    Poll::Ready(Some(*left))
}
