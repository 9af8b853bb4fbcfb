//! The emulator's state, and the one lock around it.

use std::{
    collections::BTreeMap,
    sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError, WaitTimeoutResult},
    time::Duration,
};

use crate::{
    clock::Clock,
    code::{Answer, Code},
    event::Event,
    faults::{self, Blow, Dice, Faults},
    graph::{Capture, Graph},
    host::Host,
    module::{Function, Module},
    perform::Extra,
    report::Counters,
    settings::{Control, Point, Settings},
    space::Space,
    stream::{Moment, Streams},
};

static DRIVER: LazyLock<Driver> = LazyLock::new(Driver::from_environment);

/// The driver of this process.
#[derive(Debug)]
pub(crate) struct Driver {
    state: Mutex<State>,
    changed: Condvar,
}

/// Everything the driver knows.
#[derive(Default, Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) faults: Faults,
    pub(crate) initialised: bool,
    pub(crate) devices: Vec<Device>,
    pub(crate) space: Space,
    pub(crate) host: Host,
    pub(crate) streams: Streams,
    pub(crate) events: BTreeMap<u64, Event>,
    pub(crate) modules: BTreeMap<u64, Module>,
    pub(crate) functions: BTreeMap<u64, Function>,
    pub(crate) captures: BTreeMap<u64, Capture>,
    pub(crate) graphs: BTreeMap<u64, Graph>,
    /// What the host has waited for.
    pub(crate) host_clock: Clock,
    pub(crate) counters: Counters,
    pub(crate) violations: Vec<String>,
    dice: Dice,
    /// How often held operations were let go.
    pub(crate) releases: u64,
    last_handle: u64,
}

/// What the pool of a device holds on to.
#[derive(Default, Debug)]
pub(crate) struct Pool {
    /// How many bytes it keeps when the program has freed them.
    pub(crate) threshold: u64,
    /// The most that the program has used since the context began.
    pub(crate) peak: u64,
}

/// One emulated device.
#[derive(Default, Debug)]
pub(crate) struct Device {
    /// How often its primary context is retained.
    pub(crate) retained: u32,
    pub(crate) default_stream: Option<u64>,
    /// What it answers to everything since it was lost.
    pub(crate) lost: Option<Code>,
    pub(crate) pool: Pool,
}

impl Driver {
    /// Returns the driver of this process.
    pub(crate) fn get() -> &'static Self {
        &DRIVER
    }

    fn from_environment() -> Self {
        let mut state = State::default();
        if let Ok(json) = std::env::var("MILLPOND_EMULATOR")
            && let Err(text) = state.control(&json)
        {
            state
                .violations
                .push(format!("MILLPOND_EMULATOR is not understood: {text}"));
        }
        state.add_devices();
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Locks the state. A panic inside is contained, so the lock is not lost.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whoever waits for something to change.
    pub(crate) fn changed(&self) {
        self.changed.notify_all();
    }

    /// Waits until `ready` returns something.
    pub(crate) fn wait_for<T>(&self, mut ready: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut state = self.lock();
        loop {
            if let Some(value) = ready(&mut state) {
                return value;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for so long, or until `waiting` is false.
    pub(crate) fn wait_at_most(
        &self,
        limit: Duration,
        waiting: impl FnMut(&mut State) -> bool,
    ) -> (MutexGuard<'_, State>, WaitTimeoutResult) {
        let waited = self.changed.wait_timeout_while(self.lock(), limit, waiting);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until all of `moments` have come, and the host knows it.
    pub(crate) fn wait_done(&self, moments: &[Moment]) {
        self.wait_for(|state| {
            let done = moments.iter().all(|moment| state.is_done(moment.ticket));
            done.then(|| state.host_saw(moments))
        });
    }

    /// Waits likewise, then tells whether `device` was lost meanwhile.
    pub(crate) fn wait_until(&self, device: usize, moments: &[Moment]) -> Answer<()> {
        self.wait_done(moments);
        self.lock().check(device)
    }
}

impl State {
    /// Does what a test asks.
    ///
    /// # Errors
    ///
    /// The text says what in the JSON is not understood.
    pub(crate) fn control(&mut self, json: &str) -> Result<(), String> {
        let control: Control = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if control.reset {
            // Handles go on, so that one from before is never taken for one
            // from after.
            *self = Self {
                last_handle: self.last_handle,
                space: self.space.emptied(),
                host: self.host.emptied(),
                releases: self.releases + 1,
                ..Self::default()
            };
        }
        self.settings.apply(&control);
        self.dice = Dice::new(self.settings.delay.seed);
        self.releases += u64::from(control.release);
        if let Some(rules) = control.faults {
            self.faults.plan(rules);
        }
        if let Some(random) = control.random {
            self.faults.draw(random);
        }
        self.add_devices();
        Ok(())
    }

    /// Makes as many devices as the settings ask for.
    pub(crate) fn add_devices(&mut self) {
        self.devices
            .resize_with(self.settings.devices, Device::default);
    }

    /// Returns a handle that was never used.
    pub(crate) fn handle(&mut self) -> u64 {
        self.last_handle += 1;
        // Far from null and from the handles that CUDA gives a meaning to.
        0xE000_0000 + self.last_handle * 0x10
    }

    /// Notes what the program did wrong.
    pub(crate) fn violation(&mut self, text: String) {
        self.violations.push(text);
    }

    /// Notes what the program did wrong and returns the code for it.
    pub(crate) fn wrong(&mut self, code: Code, text: String) -> Code {
        self.violation(text);
        code
    }

    /// Tells whether the device still works.
    pub(crate) fn check(&self, device: usize) -> Answer<()> {
        match self.devices.get(device) {
            Some(Device {
                lost: Some(code), ..
            }) => Err(*code),
            Some(_) => Ok(()),
            None => Err(Code::INVALID_DEVICE),
        }
    }

    /// Loses a device: from now on it answers `code`.
    pub(crate) fn lose(&mut self, device: usize, code: Code) {
        if let Some(device) = self.devices.get_mut(device) {
            device.lost.get_or_insert(code);
        }
    }

    /// Lets a planned fault strike. Returns what it has in store for an
    /// operation that is enqueued all the same.
    pub(crate) fn strike(&mut self, device: usize, point: Point, bytes: u64) -> Answer<Scripted> {
        let blow = self.faults.strike(point, bytes);
        if let Some(Blow::Lose(code)) = blow {
            self.lose(device, code);
        }
        faults::at_once(blow)?;
        let mut scripted = Scripted::default();
        match blow {
            Some(Blow::Slow(slow_us)) => scripted.extra.slow_us = slow_us,
            Some(Blow::Hold) => scripted.extra.held_since = Some(self.releases),
            Some(Blow::LoseLate(code)) => scripted.lose = Some(code),
            _ => {}
        }
        Ok(scripted)
    }

    /// Draws from 0 up to `most`.
    pub(crate) fn draw(&mut self, most: u64) -> u64 {
        self.dice.next() % most.saturating_add(1)
    }

    /// Adds to what the host knows to be done.
    pub(crate) fn host_saw(&mut self, moments: &[Moment]) {
        for moment in moments {
            self.host_clock.join(&moment.clock);
            self.host_clock.add(moment.ticket);
        }
    }
}

/// What a fault has in store for an operation that is enqueued all the same.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Scripted {
    pub(crate) extra: Extra,
    pub(crate) lose: Option<Code>,
}
