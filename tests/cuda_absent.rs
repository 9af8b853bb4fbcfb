//! A machine without a CUDA driver: an error, found when a device is opened.

#[path = "support/emulator.rs"]
mod emulator;

use std::io::Write;

use millpond::device::{CudaDevice, Device, DeviceChoice, DeviceError, OpenDevice};

/// Tells whether this machine has a driver, and if so tells the user, past what
/// captures the output of tests: they pass without having tested anything.
fn not_tested_here() -> bool {
    let has_driver = emulator::machine_has_driver();
    if has_driver {
        let line = b"cuda_absent: not tested, this machine has a driver\n";
        drop(std::io::stderr().write_all(line));
    }
    has_driver
}

#[test]
fn without_a_driver_the_error_says_what_to_install() {
    if not_tested_here() {
        return;
    }
    let error = CudaDevice::open(0).unwrap_err();

    assert_eq!(error, DeviceError::NoLibrary);
    assert_eq!(
        error.to_string(),
        "the library of the CUDA driver (libcuda.so.1) was not found; \
         install the driver of the device, or choose `cpu`",
    );
    let every = OpenDevice::all(DeviceChoice::AnyCuda).unwrap_err();
    assert_eq!(every, DeviceError::NoLibrary);
}

#[test]
fn without_a_driver_auto_is_the_processor() {
    if not_tested_here() {
        return;
    }
    let open = OpenDevice::all(DeviceChoice::Auto).unwrap();

    let devices: Vec<_> = open.iter().map(OpenDevice::device).collect();
    assert_eq!(devices, [Device::Cpu]);
}
