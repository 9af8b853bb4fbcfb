//! Running the operations of streams.

use std::time::Duration;

use crate::{
    access::Access,
    api::call_host,
    bytes::POISON,
    clock::{Clock, Ticket},
    code::Code,
    driver::{Driver, State},
    report::Kind,
    space::Found,
    work::{Source, Work},
};

/// A test that lets go of nothing for so long has forgotten to.
const LONGEST_HOLD: Duration = Duration::from_secs(30);

/// Who runs an operation.
#[derive(Debug)]
pub(crate) struct Doing {
    pub(crate) device: usize,
    pub(crate) ticket: Ticket,
    /// What the program ordered before it.
    pub(crate) clock: Clock,
    pub(crate) extra: Extra,
}

/// By how much a planned fault makes an operation take longer.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Extra {
    pub(crate) slow_us: u64,
    /// Until there were more releases than this.
    pub(crate) held_since: Option<u64>,
}

/// Why an operation failed: the code that the device is lost with, and the
/// text for the list of violations.
pub(crate) type Fault = (Code, String);

impl Work {
    /// Runs the operation. On a device that is lost nothing happens but that
    /// memory is freed and events are reached, so that nobody waits for ever.
    /// What a reset has forgotten changes nothing of what comes after it.
    pub(crate) fn run(&self, driver: &Driver, doing: &Doing) {
        let mut state = driver.lock();
        if !state.knows(doing) {
            return;
        }
        if let Self::Graph(works) = self {
            state.counters.graph_launches += 1;
            drop(state);
            works.iter().for_each(|work| work.run(driver, doing));
            return;
        }
        if state.check(doing.device).is_ok() {
            state.counters.begin(self.kind());
            drop(state);
            self.poison_target();
            driver.pause(self.kind(), doing.extra);
            let done = self.perform(driver, doing);
            state = driver.lock();
            if !state.knows(doing) {
                return;
            }
            state.counters.end(self.kind());
            if let Err((code, text)) = done {
                state.violation(text);
                state.lose(doing.device, code);
            }
        }
        self.settle(&mut state, doing);
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
            Self::Lose(code) => {
                let mut state = driver.lock();
                if state.knows(doing) {
                    state.lose(doing.device, *code);
                }
                Ok(())
            }
            Self::Free(_) | Self::Reach(_) | Self::Wait | Self::Graph(_) => Ok(()),
        }
    }

    /// What happens on a lost device too.
    fn settle(&self, state: &mut State, doing: &Doing) {
        match self {
            Self::Reach(event) => state.reached(*event),
            Self::Free(address) => {
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
    /// Waits until a test lets go, or is taken to have forgotten it.
    fn hold(&self, since: u64) {
        let (state, waited) = self.wait_at_most(LONGEST_HOLD, |state| state.releases <= since);
        if waited.timed_out() {
            let mut state = state;
            state.violation(format!(
                "an operation was held for {LONGEST_HOLD:?}, and no release came"
            ));
        }
    }

    /// Takes the time that an operation is scripted to take.
    fn pause(&self, kind: Kind, extra: Extra) {
        let mut state = self.lock();
        let delay = state.settings.delay.clone();
        let usual = match kind {
            Kind::Copy => delay.copy_us,
            Kind::Launch => delay.launch_us,
            Kind::Other => return,
        };
        let jitter = state.draw(delay.jitter_us);
        drop(state);
        if let Some(since) = extra.held_since {
            self.hold(since);
        }
        let pause = Duration::from_micros(usual + jitter + extra.slow_us);
        if !pause.is_zero() {
            #[expect(
                clippy::disallowed_methods,
                reason = "a scripted delay is real time, on the emulator's own thread"
            )]
            std::thread::sleep(pause);
        }
    }
}
