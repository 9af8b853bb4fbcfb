//! The emulator's own functions, which no driver has.

use super::pointer::{Text, TextBuffer};
use crate::driver::Driver;

/// Does what the JSON asks (`Control` in `settings.rs`); returns 0, or 1 for
/// JSON that is not understood, which is then in the list of violations.
#[unsafe(no_mangle)]
extern "C" fn millpond_emulator_control(json: Text) -> i32 {
    let driver = Driver::get();
    let Ok(json) = json.read() else {
        return 1;
    };
    let mut state = driver.lock();
    let understood = state.control(&json);
    let failed = understood.is_err();
    if let Err(text) = understood {
        state.violation(format!("control is not understood: {text}"));
    }
    drop(state);
    driver.changed();
    i32::from(failed)
}

/// Writes the report (`Report` in `report.rs`) as a C string into `buffer`,
/// cut to `capacity`, and returns how many bytes it has without the NUL.
#[unsafe(no_mangle)]
extern "C" fn millpond_emulator_report(buffer: TextBuffer, capacity: usize) -> usize {
    let report = Driver::get().lock().report();
    buffer.write(&report, capacity);
    report.len()
}
