//! The emulator as a driver: what cudarc asks of it, it does.
#![expect(
    unsafe_code,
    reason = "loading the library, and cudarc's calls that promise what they cannot check"
)]

mod support;

use cudarc::driver::{CudaContext, DriverError};
use serde_json::json;
use support::Emulator;

#[test]
fn bytes_come_back_as_they_went() -> Result<(), DriverError> {
    let emulator = Emulator::fresh();
    let context = CudaContext::new(0)?;
    let stream = context.new_stream()?;
    let there = stream.clone_htod(&[1.5_f32, -2.0, f32::NAN])?;
    let back = stream.clone_dtoh(&there)?;
    stream.synchronize()?;
    assert_eq!(back[..2], [1.5, -2.0]);
    assert!(back[2].is_nan());
    drop((there, stream, context));
    let report = emulator.report();
    assert_eq!(emulator.violations(), [""; 0]);
    assert_eq!(
        (
            &report["allocations"],
            &report["streams"],
            &report["contexts"]
        ),
        (&json!(0), &json!(0), &json!(0))
    );
    Ok(())
}
