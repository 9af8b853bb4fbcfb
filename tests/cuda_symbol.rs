//! A CUDA driver that lacks a function: an error that names it, and no panic.

#[path = "support/emulator.rs"]
mod emulator;

use millpond::device::{CudaDevice, DeviceError};

#[test]
fn a_driver_without_a_function_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let library = emulator::load(&emulator::without("cuMemAllocAsync", folder.path()));
    let error = CudaDevice::open(0).unwrap_err();

    let symbol = "cuMemAllocAsync".into();
    assert_eq!(error, DeviceError::MissingSymbol { symbol });
    assert_eq!(
        error.to_string(),
        "the CUDA driver has no function `cuMemAllocAsync`; \
         install driver 525 or later, or choose `cpu`",
    );
    drop(library);
}
