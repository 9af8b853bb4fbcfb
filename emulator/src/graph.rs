//! Captures of streams, and the graphs made of them.
//!
//! A graph is the captured operations in the order in which the program gave
//! them, which is one of the orders that their dependencies allow. Where it
//! is launched it runs as one operation.

use std::{
    sync::Arc,
    thread::{self, ThreadId},
};

use crate::{
    clock::{Clock, Ticket},
    code::{Answer, Code},
    driver::State,
    event::Recorded,
    work::Work,
};

/// A capture under way.
#[derive(Debug)]
pub(crate) struct Capture {
    origin: u64,
    works: Vec<Work>,
    /// For each stream in it, what it comes after: its own operations, and
    /// those of streams that it waited for.
    before: Vec<(u64, Clock, u64)>,
    /// Something happened in it that no graph can hold.
    spoilt: bool,
    forbids: Forbids,
}

/// Whom a capture forbids calls that may wait for a stream of the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Forbids {
    Everybody,
    Thread(ThreadId),
    Nobody,
}

impl Forbids {
    /// Takes a mode of `cuStreamBeginCapture`.
    pub(crate) fn from_mode(mode: u32) -> Answer<Self> {
        match mode {
            0 => Ok(Self::Everybody),
            1 => Ok(Self::Thread(thread::current().id())),
            2 => Ok(Self::Nobody),
            _ => Err(Code::INVALID_VALUE),
        }
    }

    fn this_thread(self) -> bool {
        self == Self::Everybody || self == Self::Thread(thread::current().id())
    }
}

/// A captured graph, or one made ready to run: both are the same here.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) works: Arc<[Work]>,
}

impl Capture {
    fn stream(&mut self, id: u64) -> Option<&mut (u64, Clock, u64)> {
        self.before.iter_mut().find(|(stream, ..)| *stream == id)
    }
}

impl State {
    /// Begins to capture what the stream is given.
    pub(crate) fn begin_capture(&mut self, stream: u64, forbids: Forbids) -> Answer<()> {
        if self.open_stream(stream)?.capture.is_some() {
            return Err(Code::STREAM_CAPTURE_UNSUPPORTED);
        }
        let id = self.handle();
        let before = vec![(stream, Clock::default(), 0)];
        self.captures.insert(
            id,
            Capture {
                origin: stream,
                works: Vec::new(),
                before,
                spoilt: false,
                forbids,
            },
        );
        self.set_capture(stream, Some(id));
        Ok(())
    }

    /// Ends a capture and returns what it captured.
    pub(crate) fn end_capture(&mut self, stream: u64) -> Answer<Graph> {
        let id = self
            .open_stream(stream)?
            .capture
            .ok_or(Code::STREAM_CAPTURE_UNMATCHED)?;
        let capture = self
            .captures
            .get(&id)
            .ok_or(Code::STREAM_CAPTURE_INVALIDATED)?;
        if capture.origin != stream {
            self.spoil_capture(stream);
            return Err(Code::STREAM_CAPTURE_UNMATCHED);
        }
        let mut capture = self
            .captures
            .remove(&id)
            .ok_or(Code::STREAM_CAPTURE_INVALIDATED)?;
        for stream in self
            .streams
            .values_mut()
            .filter(|stream| stream.capture == Some(id))
        {
            stream.capture = None;
        }
        if capture.spoilt {
            return Err(Code::STREAM_CAPTURE_INVALIDATED);
        }
        let joined = capture
            .stream(stream)
            .map(|(_, before, _)| before.clone())
            .unwrap_or_default();
        let open = |(id, _, number): &(u64, Clock, u64)| {
            *id != stream
                && *number > 0
                && !joined.covers(Ticket {
                    stream: *id,
                    number: *number,
                })
        };
        if capture.before.iter().any(open) {
            return Err(Code::STREAM_CAPTURE_UNJOINED);
        }
        Ok(Graph {
            works: capture.works.into(),
        })
    }

    /// Gives an operation to the capture of its stream, if there is one.
    /// Returns the operation where there is none.
    pub(crate) fn capture(&mut self, stream: u64, work: Work) -> Answer<Option<Work>> {
        let Some(id) = self.open_stream(stream)?.capture else {
            return Ok(Some(work));
        };
        let capture = self
            .captures
            .get_mut(&id)
            .ok_or(Code::STREAM_CAPTURE_INVALIDATED)?;
        if capture.spoilt {
            return Err(Code::STREAM_CAPTURE_INVALIDATED);
        }
        capture.works.push(work);
        if let Some((_, before, number)) = capture.stream(stream) {
            *number += 1;
            before.add(Ticket {
                stream,
                number: *number,
            });
        }
        Ok(None)
    }

    /// What an event records in a stream that is captured.
    pub(crate) fn captured_so_far(&mut self, stream: u64) -> Answer<Option<Recorded>> {
        let Some(id) = self.open_stream(stream)?.capture else {
            return Ok(None);
        };
        let capture = self
            .captures
            .get_mut(&id)
            .ok_or(Code::STREAM_CAPTURE_INVALIDATED)?;
        let before = capture
            .stream(stream)
            .map(|(_, before, _)| before.clone())
            .unwrap_or_default();
        Ok(Some(Recorded::Captured {
            capture: id,
            before,
        }))
    }

    /// Brings a stream into the capture in which an event was recorded.
    pub(crate) fn join_capture(&mut self, stream: u64, id: u64, before: &Clock) -> Answer<()> {
        match self.open_stream(stream)?.capture {
            Some(other) if other != id => return Err(Code::STREAM_CAPTURE_MERGE),
            _ if !self.captures.contains_key(&id) => return Err(Code::CAPTURED_EVENT),
            _ => self.set_capture(stream, Some(id)),
        }
        let capture = self.captures.get_mut(&id).ok_or(Code::CAPTURED_EVENT)?;
        if let Some((_, known, _)) = capture.stream(stream) {
            known.join(before);
        } else {
            capture.before.push((stream, before.clone(), 0));
        }
        Ok(())
    }

    /// Refuses what a capture cannot hold, and ends the hopes of the capture.
    pub(crate) fn refuse_in_capture(&mut self, stream: u64) -> Answer<()> {
        if self.open_stream(stream)?.capture.is_none() {
            return Ok(());
        }
        self.spoil_capture(stream);
        Err(Code::STREAM_CAPTURE_UNSUPPORTED)
    }

    /// Refuses what may wait for any stream, be it in no capture, to a thread
    /// that a capture forbids it; that ends the hopes of the capture.
    pub(crate) fn refuse_while_capturing(&mut self) -> Answer<()> {
        let mut forbidding = self
            .captures
            .values_mut()
            .filter(|capture| capture.forbids.this_thread());
        let Some(capture) = forbidding.next() else {
            return Ok(());
        };
        capture.spoilt = true;
        Err(Code::STREAM_CAPTURE_UNSUPPORTED)
    }

    pub(crate) fn spoil_capture(&mut self, stream: u64) {
        let id = self.streams.get(&stream).and_then(|stream| stream.capture);
        if let Some(capture) = id.and_then(|id| self.captures.get_mut(&id)) {
            capture.spoilt = true;
        }
    }

    /// As `cuStreamIsCapturing` puts it: no, yes, or spoilt.
    pub(crate) fn capture_status(&self, stream: u64) -> Answer<u32> {
        let capture = self
            .open_stream(stream)?
            .capture
            .and_then(|id| self.captures.get(&id));
        Ok(capture.map_or(0, |capture| if capture.spoilt { 2 } else { 1 }))
    }

    fn set_capture(&mut self, stream: u64, capture: Option<u64>) {
        if let Some(stream) = self.streams.get_mut(&stream) {
            stream.capture = capture;
        }
    }
}
