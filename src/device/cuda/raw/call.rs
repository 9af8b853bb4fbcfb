use std::panic::{AssertUnwindSafe, catch_unwind};

use cudarc::driver::DriverError;
use cudarc::driver::sys::CUresult;

use crate::device::{Device, DeviceError};
use crate::node::panic_text;

/// Calls the driver, and names the call if it fails.
///
/// `cudarc` panics at the first call of a function that the library lacks.
pub(super) fn call<T>(
    name: &'static str,
    device: u32,
    body: impl FnOnce() -> Result<T, DriverError>,
) -> Result<T, DeviceError> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(DriverError(code))) => Err(error(name, device, code)),
        Err(payload) => Err(missing(name, &panic_text(&*payload))),
    }
}

/// Calls the driver where nothing can be done if it fails: in a `Drop`.
pub(super) fn release(
    name: &'static str,
    device: u32,
    body: impl FnOnce() -> Result<(), DriverError>,
) {
    if let Err(error) = call(name, device, body) {
        tracing::debug!(%error, "the driver did not take something back");
    }
}

fn missing(name: &'static str, panic: &str) -> DeviceError {
    let symbol = panic
        .strip_prefix("Missing symbol ")
        .and_then(|rest| rest.split(':').next())
        .unwrap_or(name);
    DeviceError::MissingSymbol {
        symbol: symbol.into(),
    }
}

fn error(call: &'static str, device: u32, code: CUresult) -> DeviceError {
    use CUresult as C;
    let text = || format!("{code:?}").into();
    match code {
        C::CUDA_ERROR_OUT_OF_MEMORY => DeviceError::OutOfMemory { bytes: None },
        C::CUDA_ERROR_NO_DEVICE => DeviceError::NoDevice,
        // The context is beyond repair after each of these.
        C::CUDA_ERROR_ILLEGAL_ADDRESS
        | C::CUDA_ERROR_LAUNCH_FAILED
        | C::CUDA_ERROR_LAUNCH_TIMEOUT
        | C::CUDA_ERROR_ECC_UNCORRECTABLE
        | C::CUDA_ERROR_ILLEGAL_INSTRUCTION
        | C::CUDA_ERROR_MISALIGNED_ADDRESS
        | C::CUDA_ERROR_INVALID_ADDRESS_SPACE
        | C::CUDA_ERROR_INVALID_PC
        | C::CUDA_ERROR_HARDWARE_STACK_ERROR
        | C::CUDA_ERROR_ASSERT
        | C::CUDA_ERROR_DEVICE_UNAVAILABLE
        | C::CUDA_ERROR_CONTEXT_IS_DESTROYED
        | C::CUDA_ERROR_DEINITIALIZED
        | C::CUDA_ERROR_UNKNOWN => DeviceError::Lost {
            device: Device::Cuda(device),
            call,
            code: text(),
        },
        _ => DeviceError::Driver { call, code: text() },
    }
}

/// How often the driver is asked before its refusals are believed.
const TRIES: usize = 16;

/// Asks the driver for something on which memory depends, past errors that
/// say nothing about it; returns the last answer.
pub(super) fn insist(mut ask: impl FnMut() -> Result<(), DeviceError>) -> Result<(), DeviceError> {
    let mut answer = ask();
    for _ in 1..TRIES {
        if is_settled(&answer) {
            break;
        }
        answer = ask();
    }
    answer
}

/// Whether memory may be relied on after this answer: what was asked for is
/// so, or the device is lost, and nothing runs there any more.
pub(super) fn is_settled(answer: &Result<(), DeviceError>) -> bool {
    matches!(answer, Ok(()) | Err(DeviceError::Lost { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_becomes_the_error_that_says_what_to_do() {
        let told = |code| error("cuLaunchKernel", 1, code);

        assert_eq!(told(CUresult::CUDA_ERROR_NO_DEVICE), DeviceError::NoDevice);
        assert_eq!(
            told(CUresult::CUDA_ERROR_OUT_OF_MEMORY),
            DeviceError::OutOfMemory { bytes: None },
        );
        assert_eq!(
            told(CUresult::CUDA_ERROR_ILLEGAL_ADDRESS).to_string(),
            "cuda:1 is lost, `cuLaunchKernel` says CUDA_ERROR_ILLEGAL_ADDRESS; \
             restart the program, and look at `nvidia-smi`",
        );
        assert_eq!(
            told(CUresult::CUDA_ERROR_INVALID_VALUE).to_string(),
            "`cuLaunchKernel` says CUDA_ERROR_INVALID_VALUE; look this up in the \
             documentation of the CUDA driver, look at `nvidia-smi`, or choose `cpu`",
        );
    }

    #[test]
    fn the_panic_over_a_missing_function_names_it() {
        let missing = missing("cuInit", "Missing symbol cuMemAllocAsync: not found");

        assert_eq!(
            missing.to_string(),
            "the CUDA driver has no function `cuMemAllocAsync`; \
             install driver 525 or later, or choose `cpu`",
        );
    }
}
