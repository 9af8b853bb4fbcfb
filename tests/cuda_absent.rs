//! A machine without a CUDA driver: an error, found when a device is opened.

#[path = "support/emulator.rs"]
mod emulator;

use millpond::device::{CudaDevice, Device, DeviceChoice, DeviceError, OpenDevice};

#[test]
fn without_a_driver_the_error_says_what_to_install() {
    if emulator::machine_has_driver() {
        eprintln!("not tested: this machine has a driver");
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
    if emulator::machine_has_driver() {
        eprintln!("not tested: this machine has a driver");
        return;
    }
    let open = OpenDevice::all(DeviceChoice::Auto).unwrap();

    let devices: Vec<_> = open.iter().map(OpenDevice::device).collect();
    assert_eq!(devices, [Device::Cpu]);
}
