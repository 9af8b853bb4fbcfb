//! The emulator for one test: built, loaded under the driver's name, and
//! forgetful of what the test before it did.
#![expect(clippy::unwrap_used, reason = "a test that cannot begin fails")]
#![expect(dead_code, reason = "each test uses its part of it")]

mod library;

use std::sync::Arc;

use cudarc::{
    driver::{
        CudaContext, CudaFunction, CudaSlice, CudaStream, DriverError, LaunchConfig, PushKernelArg,
    },
    nvrtc::Ptx,
};

pub(crate) use library::Emulator;

impl Emulator {
    /// Waits until a counter has a value.
    pub(crate) fn wait_for(&self, counter: &str, value: u64) {
        while self.report()[counter] != value {
            std::thread::yield_now();
        }
    }

    /// Returns what the program did wrong.
    pub(crate) fn violations(&self) -> Vec<String> {
        serde_json::from_value(self.report()["violations"].clone()).unwrap()
    }
}

/// A control that holds the next copy between host and device.
pub(crate) const HOLD_COPY: &str = r#"{"faults": [{"on": "copy", "hold": true}]}"#;
/// A control that holds the next launch.
pub(crate) const HOLD_LAUNCH: &str = r#"{"faults": [{"on": "launch", "hold": true}]}"#;
/// A control that lets go of what is held.
pub(crate) const RELEASE: &str = r#"{"release": true}"#;

/// A context whose streams order nothing by themselves.
pub(crate) fn bare_context() -> Result<Arc<CudaContext>, DriverError> {
    let context = CudaContext::new(0)?;
    // SAFETY: what this leaves to the caller is what is tested.
    unsafe { context.disable_event_tracking() };
    Ok(context)
}

/// Launches `out[i] = input[i] + by` for `count` items.
pub(crate) fn add(
    stream: &Arc<CudaStream>,
    function: &CudaFunction,
    out: &mut CudaSlice<f32>,
    input: &CudaSlice<f32>,
    by: f32,
    count: u32,
) -> Result<(), DriverError> {
    let mut launch = stream.launch_builder(function);
    launch.arg(out).arg(input).arg(&by).arg(&count);
    // SAFETY: the parameters are those that `add.ptx` names. Too large a
    // count is caught by the emulator.
    unsafe { launch.launch(LaunchConfig::for_num_elems(count)) }.map(drop)
}

/// Loads the kernel for [`add`].
pub(crate) fn load_add(context: &Arc<CudaContext>) -> Result<CudaFunction, DriverError> {
    context
        .load_module(Ptx::from_src(include_str!("add.ptx")))?
        .load_function("add")
}
