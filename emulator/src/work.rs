//! What a stream does: the operations, and what running one means.

use std::{sync::Arc, time::Duration};

use crate::{
    access::Access,
    api::{
        call_host,
        pointer::{HostCall, HostSpan},
    },
    bytes::POISON,
    clock::{Clock, Ticket},
    code::{Answer, Code},
    driver::{Driver, State},
    module::Launch,
    report::Kind,
    space::Found,
};

/// An operation of a stream.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// From the host to the device.
    Upload {
        to: u64,
        from: Source,
    },
    /// From the device to the host.
    Download {
        to: HostSpan,
        from: u64,
        pinned: bool,
    },
    /// From device memory to device memory.
    Move {
        to: u64,
        from: u64,
        len: usize,
    },
    Fill {
        to: u64,
        len: usize,
        pattern: Arc<[u8]>,
    },
    Launch(Arc<Launch>),
    Free(u64),
    Call(HostCall),
    Graph(Arc<[Self]>),
    /// Tells an event that its stream has come to it.
    Reach(u64),
    /// Only waits for what it needs.
    Wait,
    /// A planned fault: the device is lost here.
    Lose(Code),
}

/// Where an upload takes its bytes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Pageable memory: taken when the copy was asked for, as the API says.
    Staged(Arc<[u8]>),
    /// Pinned memory: read when the stream comes to the copy. `seen` is what
    /// it held when the copy was asked for.
    Pinned {
        span: HostSpan,
        seen: Option<Arc<[u8]>>,
    },
}

/// Who runs an operation.
#[derive(Debug)]
pub(crate) struct Doing {
    pub(crate) device: usize,
    pub(crate) ticket: Ticket,
    /// What the program ordered before it.
    pub(crate) clock: Clock,
    /// How much longer it takes by a planned fault.
    pub(crate) slow_us: u64,
}

/// Why an operation failed: the code that the device is lost with, and the
/// text for the list of violations.
pub(crate) type Fault = (Code, String);

impl Work {
    /// Runs the operation. On a device that is lost nothing happens but that
    /// memory is freed and events are reached, so that nobody waits for ever.
    pub(crate) fn run(&self, driver: &Driver, doing: &Doing) {
        if let Self::Graph(works) = self {
            works.iter().for_each(|work| work.run(driver, doing));
            return;
        }
        if driver.lock().check(doing.device).is_ok() {
            self.poison_target();
            driver.pause(self.kind(), doing.slow_us);
            driver.lock().counters.begin(self.kind());
            let done = self.perform(driver, doing);
            let mut state = driver.lock();
            state.counters.end(self.kind());
            if let Err((code, text)) = done {
                state.violation(text);
                state.lose(doing.device, code);
            }
        }
        self.settle(driver, doing);
    }

    /// Names the operation in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Upload { .. } => "copy to the device".into(),
            Self::Download { .. } => "copy to the host".into(),
            Self::Move { .. } => "copy on the device".into(),
            Self::Fill { .. } => "fill".into(),
            Self::Launch(launch) => format!("kernel {}", launch.name()),
            Self::Free(_) => "free".into(),
            _ => "operation".into(),
        }
    }

    /// Lists the stretches of host memory that the operation uses for as long
    /// as it has not ended; true for those that it writes.
    pub(crate) fn host_spans(&self) -> Vec<(HostSpan, bool)> {
        match self {
            Self::Upload {
                from: Source::Pinned { span, .. },
                ..
            } => vec![(*span, false)],
            Self::Download {
                to, pinned: true, ..
            } => vec![(*to, true)],
            Self::Graph(works) => works.iter().flat_map(Self::host_spans).collect(),
            _ => Vec::new(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Upload { .. } | Self::Download { .. } => Kind::Copy,
            Self::Launch(_) => Kind::Launch,
            _ => Kind::Other,
        }
    }

    /// Pinned memory that a copy is about to write holds nothing of use, so a
    /// host that reads it too early sees poison, not what happens to be right.
    fn poison_target(&self) {
        if let Self::Download {
            to, pinned: true, ..
        } = self
        {
            to.write(&vec![POISON; to.len]);
        }
    }

    fn perform(&self, driver: &Driver, doing: &Doing) -> Result<(), Fault> {
        match self {
            Self::Upload { to, from } => self.upload(driver, doing, *to, from),
            Self::Download { to, from, .. } => {
                let bytes = self.load(driver, doing, *from, to.len)?;
                to.write(&bytes);
                Ok(())
            }
            Self::Move { to, from, len } => {
                let bytes = self.load(driver, doing, *from, *len)?;
                self.store(driver, doing, *to, &bytes)
            }
            Self::Fill { to, len, pattern } => {
                let bytes: Vec<u8> = pattern.iter().copied().cycle().take(*len).collect();
                self.store(driver, doing, *to, &bytes)
            }
            Self::Launch(launch) => launch.run(driver, doing),
            Self::Call(function) => {
                driver.lock().host_clock.join(&doing.clock);
                call_host(*function);
                Ok(())
            }
            Self::Lose(code) => Err((*code, format!("planned: the device was lost with {code}"))),
            Self::Free(_) | Self::Reach(_) | Self::Wait | Self::Graph(_) => Ok(()),
        }
    }

    /// What happens on a lost device too.
    fn settle(&self, driver: &Driver, doing: &Doing) {
        match self {
            Self::Reach(event) => driver.lock().reached(*event),
            Self::Free(address) => {
                let mut state = driver.lock();
                if let Some(found) = state.space.find(*address, 0) {
                    let len = found.allocation.bytes.len();
                    state.touch(
                        &Found {
                            offset: 0,
                            len,
                            ..found
                        },
                        true,
                        doing,
                        &self.name(),
                    );
                }
                if state.space.release(*address).is_err() {
                    state.violation(format!(
                        "free of {address:#x}, which is not allocated any more"
                    ));
                }
            }
            _ => {}
        }
    }

    fn upload(&self, driver: &Driver, doing: &Doing, to: u64, from: &Source) -> Result<(), Fault> {
        let (span, seen) = match from {
            Source::Staged(bytes) => return self.store(driver, doing, to, bytes),
            Source::Pinned { span, seen } => (span, seen),
        };
        let bytes = span.read();
        if seen.as_ref().is_some_and(|seen| **seen != *bytes) {
            driver.lock().violation(format!(
                "pinned host memory at {:#x} was written before the copy of its {} bytes to the device had ended: \
                 wait for the copy's stream or event first",
                span.address, span.len
            ));
        }
        self.store(driver, doing, to, &bytes)
    }

    fn load(
        &self,
        driver: &Driver,
        doing: &Doing,
        from: u64,
        len: usize,
    ) -> Result<Vec<u8>, Fault> {
        let found = self.locate(driver, from, len)?;
        let mut state = driver.lock();
        state.touch(&found, false, doing, &self.name());
        let Found {
            allocation,
            offset,
            len,
        } = &found;
        if state.settings.report_unwritten
            && let Some(first) = allocation.bytes.first_unwritten(*offset, *len)
        {
            let number = allocation.number;
            state.violation(format!(
                "{} of {len} bytes reads byte {first} of allocation {number}, which nothing wrote",
                self.name()
            ));
        }
        drop(state);
        let mut bytes = vec![0; *len];
        allocation.bytes.read(*offset, &mut bytes);
        Ok(bytes)
    }

    fn store(&self, driver: &Driver, doing: &Doing, to: u64, bytes: &[u8]) -> Result<(), Fault> {
        let found = self.locate(driver, to, bytes.len())?;
        driver.lock().touch(&found, true, doing, &self.name());
        found.allocation.bytes.write(found.offset, bytes);
        Ok(())
    }

    /// Finds memory that was there when the operation was asked for.
    fn locate(&self, driver: &Driver, address: u64, len: usize) -> Result<Found, Fault> {
        let state = driver.lock();
        let gone = || {
            (
                Code::ILLEGAL_ADDRESS,
                format!("{}: {}", self.name(), state.space.describe(address, len)),
            )
        };
        state.space.find(address, len).ok_or_else(gone)
    }
}

impl State {
    /// Gives an operation to a stream, or to the capture that it is in.
    pub(crate) fn submit(&mut self, stream: u64, work: Work, slow_us: u64) -> Answer<()> {
        let Some(work) = self.capture(stream, work)? else {
            return Ok(());
        };
        self.forget_ended_copies();
        let spans = work.host_spans();
        let work = self.with_sources_seen(work);
        let ticket = self.enqueue(stream, work, &[], slow_us)?;
        for (span, write) in spans {
            self.host.use_until(span, write, ticket);
        }
        Ok(())
    }

    /// Forgets which host memory was used by copies that have ended.
    pub(crate) fn forget_ended_copies(&mut self) {
        let streams = &self.streams;
        let done = |ticket: Ticket| {
            streams
                .get(&ticket.stream)
                .is_none_or(|stream| stream.has_done(ticket.number))
        };
        self.host.forget(done);
    }

    /// Notes what pinned sources hold now, unless a copy is still to write
    /// them: then they rightly hold something else later.
    fn with_sources_seen(&self, work: Work) -> Work {
        match work {
            Work::Upload {
                to,
                from: Source::Pinned { span, .. },
            } if !self.host.in_use(span, true) => Work::Upload {
                to,
                from: Source::Pinned {
                    span,
                    seen: Some(span.read().into()),
                },
            },
            Work::Graph(works) => {
                let writes = works
                    .iter()
                    .any(|work| matches!(work, Work::Download { .. }));
                let seen = |work: &Work| {
                    if writes {
                        work.clone()
                    } else {
                        self.with_sources_seen(work.clone())
                    }
                };
                Work::Graph(works.iter().map(seen).collect())
            }
            other => other,
        }
    }

    /// Notes that an operation touches memory, and reports it where nothing
    /// orders it after an earlier one that it conflicts with.
    pub(crate) fn touch(&mut self, found: &Found, write: bool, doing: &Doing, what: &str) {
        let range = found.offset..found.offset + found.len;
        let access = Access {
            range,
            write,
            ticket: doing.ticket,
            what: what.into(),
        };
        if let Some(earlier) = found.allocation.note(access, &doing.clock) {
            let verb = |write| if write { "writes" } else { "reads" };
            self.violation(format!(
                "missing wait: {what} on stream {:#x} {} allocation {}, which {} on stream {:#x} {}, and nothing orders the two",
                doing.ticket.stream,
                verb(write),
                found.allocation.number,
                earlier.what,
                earlier.ticket.stream,
                verb(earlier.write),
            ));
        }
    }
}

impl Driver {
    /// Takes the time that an operation is scripted to take.
    fn pause(&self, kind: Kind, slow_us: u64) {
        let mut state = self.lock();
        let delay = state.settings.delay.clone();
        let usual = match kind {
            Kind::Copy => delay.copy_us,
            Kind::Launch => delay.launch_us,
            Kind::Other => return,
        };
        let jitter = state.draw(delay.jitter_us);
        drop(state);
        let pause = Duration::from_micros(usual + jitter + slow_us);
        if !pause.is_zero() {
            #[expect(
                clippy::disallowed_methods,
                reason = "a scripted delay is real time, on the emulator's own thread"
            )]
            std::thread::sleep(pause);
        }
    }
}
