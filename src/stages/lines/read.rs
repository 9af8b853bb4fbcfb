use std::io;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::chunks::{Chunk, Chunks};
use super::splitter::Splitter;
use super::{BadLine, Input, InvalidUtf8};
use crate::node::{NodeContext, StageError, Stopped};

/// A file could not be opened, or not be read to its end.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {place}{}: {cause}{}", After(*lines), remedy(cause))]
pub struct ReadError {
    /// The file, or `standard input`.
    pub place: Arc<str>,
    /// How many lines were read before.
    pub lines: u64,
    /// What the operating system said.
    pub cause: io::Error,
}

/// Where the reading broke off, if it had begun.
struct After(u64);

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            0 => Ok(()),
            lines => write!(f, " after line {lines}"),
        }
    }
}

fn remedy(cause: &io::Error) -> &'static str {
    match cause.kind() {
        io::ErrorKind::PermissionDenied => "; run as a user who may read it",
        io::ErrorKind::NotFound => "; check its name",
        io::ErrorKind::IsADirectory => "; name a file in it",
        _ => "",
    }
}

/// The lines of an [`Input`], until it ends or the run is told to stop.
///
/// The last line needs no end, unless the end of the input was not seen.
pub(in crate::stages) struct Lines {
    place: Arc<str>,
    chunks: Chunks,
    splitter: Splitter,
    stopped: Stopped,
    told: bool,
    ended: bool,
}

impl Lines {
    /// Reads `place` on a thread that the run lends.
    pub(in crate::stages) fn read(
        place: &str,
        input: io::Result<Input>,
        max_bytes: NonZeroUsize,
        invalid: InvalidUtf8,
        context: &NodeContext,
    ) -> Result<Self, ReadError> {
        let failed = |cause| ReadError {
            place: place.into(),
            lines: 0,
            cause,
        };
        let chunks = Chunks::start(context.workers(), context.node(), input.map_err(failed)?);
        Ok(Self {
            place: place.into(),
            chunks: chunks.map_err(failed)?,
            splitter: Splitter::new(max_bytes, invalid),
            stopped: context.stopped(),
            told: false,
            ended: false,
        })
    }

    fn failure(&self, cause: io::Error) -> StageError {
        Box::new(ReadError {
            place: Arc::clone(&self.place),
            lines: self.splitter.lines(),
            cause,
        })
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Chunk>>> {
        if !self.told && Pin::new(&mut self.stopped).poll(cx).is_ready() {
            self.told = true;
            self.chunks.stop();
        }
        self.chunks.poll_next(cx)
    }
}

impl Stream for Lines {
    /// A line or one that is bad, or why there are no more.
    type Item = Result<Result<String, BadLine>, StageError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let line = loop {
            if let Some(line) = this.splitter.next() {
                break line;
            }
            if this.ended {
                return Poll::Ready(None);
            }
            match ready!(this.poll_chunk(cx)) {
                Some(Ok(Chunk::Bytes(bytes))) => this.splitter.push(bytes),
                Some(Ok(Chunk::End)) => {
                    this.ended = true;
                    match this.splitter.finish() {
                        Some(line) => break line,
                        None => return Poll::Ready(None),
                    }
                }
                Some(Err(cause)) => {
                    this.ended = true;
                    return Poll::Ready(Some(Err(this.failure(cause))));
                }
                None => {
                    this.ended = true;
                    let lost = || this.failure(io::Error::other("its reader was lost"));
                    return Poll::Ready((!this.told).then(|| Err(lost())));
                }
            }
        };
        let line = line.map_err(|fault| BadLine {
            place: Arc::clone(&this.place),
            line: this.splitter.lines(),
            fault,
        });
        Poll::Ready(Some(Ok(line)))
    }
}
