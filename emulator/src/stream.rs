//! Streams: a queue of operations each, and the thread that runs them.

use std::{
    collections::{BTreeMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::{
    clock::{Clock, Ticket},
    code::{Answer, Code},
    driver::{Driver, State},
    perform::{Doing, Extra},
    work::Work,
};

/// A stream of one device.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) device: usize,
    /// Whether it waits for the device's default stream, and that for it.
    pub(crate) blocking: bool,
    queue: VecDeque<Op>,
    enqueued: u64,
    completed: u64,
    /// What comes before the next operation.
    pub(crate) clock: Clock,
    /// The capture that takes its operations instead.
    pub(crate) capture: Option<u64>,
    /// Destroyed by the program; it goes when its queue is empty.
    closing: bool,
}

/// An operation in a queue.
#[derive(Debug)]
struct Op {
    /// Operations of other streams that must be done first.
    needs: Vec<Ticket>,
    clock: Clock,
    work: Work,
    extra: Extra,
}

/// A point in a stream's order: what an event records.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) ticket: Ticket,
    pub(crate) clock: Clock,
}

impl Stream {
    pub(crate) fn new(device: usize, blocking: bool) -> Self {
        Self {
            device,
            blocking,
            queue: VecDeque::new(),
            enqueued: 0,
            completed: 0,
            clock: Clock::default(),
            capture: None,
            closing: false,
        }
    }

    /// Tells whether its `number`th operation is done.
    pub(crate) fn has_done(&self, number: u64) -> bool {
        self.completed >= number
    }

    /// Tells whether everything enqueued has been done.
    pub(crate) fn is_idle(&self) -> bool {
        self.completed == self.enqueued
    }
}

impl State {
    /// Makes a stream; [`start`] gives it its thread.
    pub(crate) fn add_stream(&mut self, device: usize, blocking: bool) -> u64 {
        let id = self.handle();
        self.streams.insert(id, Stream::new(device, blocking));
        id
    }

    /// Tells whether an operation is done. One of a stream that is gone is.
    pub(crate) fn is_done(&self, ticket: Ticket) -> bool {
        self.streams
            .get(&ticket.stream)
            .is_none_or(|stream| stream.has_done(ticket.number))
    }

    /// Tells whether an operation is of a stream that is there. Handles are
    /// never used again, so a reset leaves none of those from before.
    pub(crate) fn knows(&self, doing: &Doing) -> bool {
        self.streams.contains_key(&doing.ticket.stream)
    }

    /// The point after everything that the stream has been given.
    pub(crate) fn moment(&self, id: u64) -> Answer<Moment> {
        let stream = self.streams.get(&id).ok_or(Code::INVALID_HANDLE)?;
        Ok(Moment {
            ticket: Ticket {
                stream: id,
                number: stream.enqueued,
            },
            clock: stream.clock.clone(),
        })
    }

    /// Appends an operation, to come after `waits` too.
    pub(crate) fn enqueue(
        &mut self,
        id: u64,
        work: Work,
        waits: &[Moment],
        extra: Extra,
    ) -> Answer<Ticket> {
        let mut waits = waits.to_vec();
        waits.extend(self.default_stream_order(id));
        let host = self.host_clock.clone();
        let stream = self.streams.get_mut(&id).ok_or(Code::INVALID_HANDLE)?;
        stream.enqueued += 1;
        let ticket = Ticket {
            stream: id,
            number: stream.enqueued,
        };
        stream.clock.join(&host);
        for wait in &waits {
            stream.clock.join(&wait.clock);
            stream.clock.add(wait.ticket);
        }
        let clock = stream.clock.clone();
        stream.clock.add(ticket);
        let needs = waits.iter().map(|wait| wait.ticket).collect();
        stream.queue.push_back(Op {
            needs,
            clock,
            work,
            extra,
        });
        Ok(ticket)
    }

    /// What a blocking stream and the default stream owe each other.
    fn default_stream_order(&self, id: u64) -> Vec<Moment> {
        let Some(stream) = self.streams.get(&id).filter(|stream| stream.blocking) else {
            return Vec::new();
        };
        let default = self
            .devices
            .get(stream.device)
            .and_then(|device| device.default_stream);
        let peers: Vec<u64> = match default {
            Some(default) if default == id => self
                .streams
                .iter()
                .filter(|(peer, of)| **peer != id && of.blocking && of.device == stream.device)
                .map(|(peer, _)| *peer)
                .collect(),
            Some(default) => vec![default],
            None => Vec::new(),
        };
        peers
            .into_iter()
            .filter_map(|peer| self.moment(peer).ok())
            .collect()
    }

    /// Lets a stream go once it has done what it holds.
    pub(crate) fn close_stream(&mut self, id: u64) -> Answer<()> {
        let stream = self.streams.get_mut(&id).filter(|stream| !stream.closing);
        stream.ok_or(Code::INVALID_HANDLE)?.closing = true;
        Ok(())
    }

    /// Streams that the program has not destroyed.
    pub(crate) fn open_streams(&self) -> usize {
        let defaults = self
            .devices
            .iter()
            .filter(|device| device.default_stream.is_some())
            .count();
        self.streams
            .values()
            .filter(|stream| !stream.closing)
            .count()
            - defaults
    }

    /// Operations that are enqueued or running.
    pub(crate) fn pending(&self) -> u64 {
        self.streams
            .values()
            .map(|stream| stream.enqueued - stream.completed)
            .sum()
    }

    /// The stream of a handle that the program still may use.
    pub(crate) fn open_stream(&self, id: u64) -> Answer<&Stream> {
        self.streams
            .get(&id)
            .filter(|stream| !stream.closing)
            .ok_or(Code::INVALID_HANDLE)
    }

    /// Takes the next operation of a stream if all that it needs is done.
    fn next_op(&mut self, id: u64) -> Next {
        let Some(stream) = self.streams.get(&id) else {
            return Next::Gone;
        };
        let Some(op) = stream.queue.front() else {
            if stream.closing {
                self.streams.remove(&id);
                return Next::Gone;
            }
            return Next::Wait;
        };
        if !op.needs.iter().all(|need| self.is_done(*need)) {
            return Next::Wait;
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            return Next::Gone;
        };
        let ticket = Ticket {
            stream: id,
            number: stream.completed + 1,
        };
        let device = stream.device;
        match stream.queue.pop_front() {
            Some(Op {
                clock, work, extra, ..
            }) => Next::Run(
                work,
                Doing {
                    device,
                    ticket,
                    clock,
                    extra,
                },
            ),
            None => Next::Wait,
        }
    }
}

enum Next {
    Run(Work, Doing),
    Wait,
    Gone,
}

/// Gives a stream the thread that runs its operations.
pub(crate) fn start(id: u64) -> Answer<()> {
    let thread = std::thread::Builder::new().name(format!("emulated-stream-{id:x}"));
    thread
        .spawn(move || run(Driver::get(), id))
        .map_err(|_| Code::OPERATING_SYSTEM)?;
    Ok(())
}

fn run(driver: &Driver, id: u64) {
    loop {
        let next = driver.wait_for(|state| match state.next_op(id) {
            Next::Wait => None,
            next => Some(next),
        });
        let Next::Run(work, doing) = next else {
            driver.changed();
            return;
        };
        let ran = catch_unwind(AssertUnwindSafe(|| work.run(driver, &doing)));
        if ran.is_err() {
            let mut state = driver.lock();
            state.violation("the emulator itself panicked on a stream; see standard error".into());
            state.lose(doing.device, Code::UNKNOWN);
        }
        if let Some(stream) = driver.lock().streams.get_mut(&id) {
            stream.completed += 1;
        }
        driver.changed();
    }
}

/// All streams by handle.
pub(crate) type Streams = BTreeMap<u64, Stream>;
