//! The emulator's settings from the environment of its process.
#![expect(unsafe_code, reason = "loading the library, and setting a variable")]

mod support;

use cudarc::driver::{CudaContext, DriverError};
use serde_json::json;
use support::Emulator;

const CONTROL: &str = r#"{"devices": 3, "faults": [{"on": "stream"}]}"#;

#[test]
fn the_variable_is_a_control_from_the_start() -> Result<(), DriverError> {
    // SAFETY: the only test of its process, and before any thread of ours.
    unsafe {
        std::env::set_var("MILLPOND_EMULATOR", CONTROL);
    }
    let emulator = Emulator::as_it_is();
    assert_eq!(CudaContext::device_count()?, 3);
    let context = CudaContext::new(2)?;
    assert!(context.new_stream().is_err());
    assert!(context.new_stream().is_ok());
    assert_eq!(emulator.report()["injected"], json!(1));
    Ok(())
}
