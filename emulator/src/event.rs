//! Events: points in the order of a stream.

use std::time::Instant;

use crate::{
    clock::Clock,
    code::{Answer, Code},
    driver::State,
    perform::Extra,
    stream::Moment,
    work::Work,
};

/// An event, and what it recorded last.
#[derive(Default, Debug)]
pub(crate) struct Event {
    timed: bool,
    recorded: Recorded,
    /// When the stream last came to it.
    reached: Option<Instant>,
}

/// What an event recorded last.
#[derive(Clone, Default, Debug)]
pub(crate) enum Recorded {
    #[default]
    Nothing,
    Run(Moment),
    /// In a capture: how far each stream had come in it.
    Captured {
        capture: u64,
        before: Clock,
    },
}

/// The flag that makes an event without a time.
const DISABLE_TIMING: u32 = 2;

impl State {
    pub(crate) fn add_event(&mut self, flags: u32) -> u64 {
        let id = self.handle();
        self.events.insert(
            id,
            Event {
                timed: flags & DISABLE_TIMING == 0,
                ..Event::default()
            },
        );
        id
    }

    pub(crate) fn recorded(&self, event: u64) -> Answer<Recorded> {
        self.events
            .get(&event)
            .map(|event| event.recorded.clone())
            .ok_or(Code::INVALID_HANDLE)
    }

    /// Records everything that the stream has been given so far.
    pub(crate) fn record(&mut self, event: u64, stream: u64) -> Answer<()> {
        self.recorded(event)?;
        let recorded = if let Some(captured) = self.captured_so_far(stream)? {
            captured
        } else {
            self.enqueue(stream, Work::Reach(event), &[], Extra::default())?;
            Recorded::Run(self.moment(stream)?)
        };
        if let Some(event) = self.events.get_mut(&event) {
            event.recorded = recorded;
        }
        Ok(())
    }

    /// Notes that a stream has come to the event.
    pub(crate) fn reached(&mut self, event: u64) {
        if let Some(event) = self.events.get_mut(&event) {
            #[expect(
                clippy::disallowed_methods,
                reason = "elapsed time of events is real time"
            )]
            let now = Instant::now();
            event.reached = Some(now);
        }
    }

    /// Makes a stream wait for what the event recorded last.
    pub(crate) fn wait_for_event(&mut self, stream: u64, event: u64) -> Answer<()> {
        match self.recorded(event)? {
            Recorded::Captured { capture, before } => self.join_capture(stream, capture, &before),
            _ if self.open_stream(stream)?.capture.is_some() => {
                self.spoil_capture(stream);
                Err(Code::STREAM_CAPTURE_ISOLATION)
            }
            Recorded::Nothing => Ok(()),
            Recorded::Run(moment) => self
                .enqueue(stream, Work::Wait, &[moment], Extra::default())
                .map(drop),
        }
    }

    /// Milliseconds between two events that streams have come to.
    pub(crate) fn elapsed_ms(&self, start: u64, end: u64) -> Answer<f32> {
        let at = |id: u64| {
            let event = self
                .events
                .get(&id)
                .filter(|event| event.timed)
                .ok_or(Code::INVALID_HANDLE)?;
            match &event.recorded {
                Recorded::Run(moment) if self.is_done(moment.ticket) => {
                    event.reached.ok_or(Code::NOT_READY)
                }
                Recorded::Run(_) => Err(Code::NOT_READY),
                _ => Err(Code::INVALID_HANDLE),
            }
        };
        Ok(at(end)?.saturating_duration_since(at(start)?).as_secs_f32() * 1e3)
    }
}
