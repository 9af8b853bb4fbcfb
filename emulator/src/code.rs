//! The driver's result codes, by number, name and text.

use std::fmt;

/// What a driver function answers instead of success.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Code(u32);

/// The answer of everything that a driver function may call.
pub(crate) type Answer<T> = Result<T, Code>;

macro_rules! codes {
    (
        answered { $($name:ident = $number:literal $text:literal)* }
        planned { $($other:ident = $other_number:literal $other_text:literal)* }
    ) => {
        impl Code {
            $(pub(crate) const $name: Self = Self($number);)*
        }

        /// Number, name and text; the strings end in NUL, as C wants them.
        const CODES: &[(u32, &str, &str)] = &[
            (0, "CUDA_SUCCESS\0", "no error\0"),
            $(($number, concat!("CUDA_ERROR_", stringify!($name), "\0"), concat!($text, "\0")),)*
            $(($other_number, concat!("CUDA_ERROR_", stringify!($other), "\0"), concat!($other_text, "\0")),)*
        ];
    };
}

codes! {
    // What the emulator answers of itself.
    answered {
    INVALID_VALUE = 1 "invalid argument"
    OUT_OF_MEMORY = 2 "out of memory"
    NOT_INITIALIZED = 3 "initialization error"
    DEVICE_UNAVAILABLE = 46 "the device is busy or gone"
    NO_DEVICE = 100 "no CUDA-capable device is detected"
    INVALID_DEVICE = 101 "invalid device ordinal"
    INVALID_IMAGE = 200 "the device kernel image is invalid"
    INVALID_CONTEXT = 201 "invalid device context"
    NO_BINARY_FOR_GPU = 209 "no kernel image is available for execution on the device"
    INVALID_PTX = 218 "a PTX compilation failed"
    UNSUPPORTED_PTX_VERSION = 222 "the PTX was compiled with an unsupported toolchain"
    FILE_NOT_FOUND = 301 "file not found"
    OPERATING_SYSTEM = 304 "a call of the operating system failed"
    INVALID_HANDLE = 400 "invalid resource handle"
    NOT_FOUND = 500 "named symbol not found"
    NOT_READY = 600 "device not ready"
    ILLEGAL_ADDRESS = 700 "an illegal memory access was encountered"
    LAUNCH_OUT_OF_RESOURCES = 701 "too many resources requested for launch"
    LAUNCH_TIMEOUT = 702 "the launch timed out and was terminated"
    HOST_MEMORY_ALREADY_REGISTERED = 712 "the memory is already registered"
    HOST_MEMORY_NOT_REGISTERED = 713 "the memory was not registered"
    MISALIGNED_ADDRESS = 716 "misaligned address"
    LAUNCH_FAILED = 719 "unspecified launch failure"
    NOT_PERMITTED = 800 "operation not permitted"
    NOT_SUPPORTED = 801 "operation not supported"
    STREAM_CAPTURE_UNSUPPORTED = 900 "operation not permitted when the stream is capturing"
    STREAM_CAPTURE_INVALIDATED = 901 "the capture failed because of an earlier error"
    STREAM_CAPTURE_MERGE = 902 "the operation would merge two captures"
    STREAM_CAPTURE_UNMATCHED = 903 "the capture was not begun in this stream"
    STREAM_CAPTURE_UNJOINED = 904 "the capture has work that was not joined to its stream"
    STREAM_CAPTURE_ISOLATION = 905 "dependency on work outside of the capture"
    CAPTURED_EVENT = 907 "operation not permitted on an event last recorded in a capture"
    UNKNOWN = 999 "unknown error"
    }
    // What it answers only where a planned fault names it.
    planned {
    DEINITIALIZED = 4 "driver shutting down"
    ECC_UNCORRECTABLE = 214 "uncorrectable ECC error encountered"
    SYSTEM_DRIVER_MISMATCH = 803 "system has an unsupported driver version"
    ILLEGAL_INSTRUCTION = 715 "an illegal instruction was encountered"
    SYSTEM_NOT_READY = 802 "the system is not ready"
    }
}

impl Code {
    /// Returns the number that a driver function returns.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// Finds a code by its full name, `CUDA_ERROR_OUT_OF_MEMORY`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let found = CODES
            .iter()
            .find(|(_, known, _)| known.trim_end_matches('\0') == name)?;
        (found.0 != 0).then_some(Self(found.0))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = name(self.0).unwrap_or("CUDA_ERROR_UNKNOWN\0");
        f.write_str(name.trim_end_matches('\0'))
    }
}

/// Returns the name of a result, ended by NUL.
pub(crate) fn name(number: u32) -> Option<&'static str> {
    CODES
        .iter()
        .find(|code| code.0 == number)
        .map(|code| code.1)
}

/// Returns the text of a result, ended by NUL.
pub(crate) fn text(number: u32) -> Option<&'static str> {
    CODES
        .iter()
        .find(|code| code.0 == number)
        .map(|code| code.2)
}
