//! What a test may ask of the emulator, as JSON.

use serde::Deserialize;

use crate::code::Code;

/// The text given to `millpond_emulator_control`, or in the variable
/// `MILLPOND_EMULATOR`. What is left out stays as it is.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Control {
    /// Forgets everything first: memory, streams, faults, counters.
    pub(crate) reset: bool,
    /// Lets go of all operations that are held, enqueued ones too.
    pub(crate) release: bool,
    pub(crate) devices: Option<usize>,
    /// As `cuDriverGetVersion` gives it: 12090 is 12.9.
    pub(crate) driver_version: Option<i32>,
    pub(crate) compute_capability: Option<[i32; 2]>,
    /// Memory of each device.
    pub(crate) memory_bytes: Option<u64>,
    pub(crate) delay: Option<Delay>,
    /// Whether reading bytes that nothing wrote is a violation.
    pub(crate) report_unwritten: Option<bool>,
    /// Replaces the faults that are still planned.
    pub(crate) faults: Option<Vec<Rule>>,
    pub(crate) random: Option<Random>,
}

/// How long operations take beside what they really take.
#[derive(Deserialize, Clone, Default, Debug)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Delay {
    pub(crate) copy_us: u64,
    pub(crate) launch_us: u64,
    /// Up to so much more for each, drawn from `seed`.
    pub(crate) jitter_us: u64,
    pub(crate) seed: u64,
}

/// Where a fault may strike.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Point {
    /// Any call of a driver function that works on a device, but those that
    /// give something back.
    Call,
    Alloc,
    HostAlloc,
    Copy,
    Launch,
    Synchronise,
    Module,
    Stream,
    Event,
    Graph,
}

/// One planned fault.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) on: Point,
    /// Which one from now on: 1 is the next.
    #[serde(default = "one")]
    pub(crate) nth: u64,
    /// How many from there on.
    #[serde(default = "one")]
    pub(crate) times: u64,
    /// For `alloc`: only those that would bring the live bytes over this.
    #[serde(default)]
    pub(crate) after_bytes: Option<u64>,
    #[serde(default)]
    pub(crate) error: Option<ErrorName>,
    /// The device answers this to everything from then on.
    #[serde(default)]
    pub(crate) sticky: bool,
    /// Strikes when the stream comes to the operation, not at the call; the
    /// device is then lost, as a failed operation leaves it.
    #[serde(default)]
    pub(crate) late: bool,
    /// Instead of failing, the operation takes so much longer.
    #[serde(default)]
    pub(crate) slow_us: u64,
    /// Instead of failing, the operation begins and then waits for a control
    /// with `release`.
    #[serde(default)]
    pub(crate) hold: bool,
}

/// Faults drawn by chance, the same ones for the same seed and the same calls.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Random {
    /// Of one in each chance.
    pub(crate) rate: f64,
    #[serde(default)]
    pub(crate) seed: u64,
    pub(crate) on: Vec<Point>,
    #[serde(default)]
    pub(crate) error: Option<ErrorName>,
}

/// A result code by its name.
#[derive(Deserialize, Clone, Copy, Debug)]
#[serde(try_from = "String")]
pub(crate) struct ErrorName(pub(crate) Code);

impl TryFrom<String> for ErrorName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let unknown = || {
            format!("no error `{name}` is known here; use a name such as CUDA_ERROR_OUT_OF_MEMORY")
        };
        Code::named(&name).map(Self).ok_or_else(unknown)
    }
}

/// What holds until the next control.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) devices: usize,
    pub(crate) driver_version: i32,
    pub(crate) compute_capability: [i32; 2],
    pub(crate) memory_bytes: u64,
    pub(crate) delay: Delay,
    pub(crate) report_unwritten: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            devices: 1,
            driver_version: 12_090,
            compute_capability: [8, 0],
            memory_bytes: 1 << 30,
            delay: Delay::default(),
            report_unwritten: true,
        }
    }
}

impl Settings {
    /// Takes over what `control` sets.
    pub(crate) fn apply(&mut self, control: &Control) {
        fn set<T: Clone>(to: &mut T, from: Option<&T>) {
            if let Some(value) = from {
                to.clone_from(value);
            }
        }
        set(&mut self.devices, control.devices.as_ref());
        set(&mut self.driver_version, control.driver_version.as_ref());
        set(
            &mut self.compute_capability,
            control.compute_capability.as_ref(),
        );
        set(&mut self.memory_bytes, control.memory_bytes.as_ref());
        set(&mut self.delay, control.delay.as_ref());
        set(
            &mut self.report_unwritten,
            control.report_unwritten.as_ref(),
        );
    }
}

fn one() -> u64 {
    1
}
