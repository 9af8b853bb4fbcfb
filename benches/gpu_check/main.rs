//! What a machine with a CUDA device is to show, in one run: started by
//! `scripts/gpu-check`, which says how.
//!
//! It ends with 0 if all is well, with 1 if a check fails or the device cannot
//! be opened, and with 3 if there is no driver or no device. A device whose name says that it is emulated is called so in
//! every line, whatever was asked for: nothing here passes for hardware.
#![expect(clippy::print_stdout, reason = "the table is what it is for")]
#![expect(
    clippy::expect_used,
    reason = "what has just been made can be made again"
)]

mod conformance;
mod model;
mod numerics;
mod report;
mod throughput;
mod trees;

use std::error::Error;
use std::process::ExitCode;

use millpond::device::{CudaDevice, DeviceError};
use report::Report;

fn main() -> ExitCode {
    let device = match CudaDevice::open(0) {
        Ok(device) => device,
        Err(error @ (DeviceError::NoLibrary | DeviceError::NoDevice)) => {
            println!("gpu-check: there is no device to check: {error}");
            return ExitCode::from(3);
        }
        Err(error) => {
            println!("gpu-check: the device cannot be opened: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut report = Report::new(&device);
    numerics::check(&device, &mut report);
    conformance::check(&device, &mut report);
    let measured = measure(&device, &mut report);
    if let Err(error) = measured {
        report.failed("throughput", &error.to_string());
    }
    report.finish()
}

fn measure(device: &CudaDevice, report: &mut Report) -> Result<(), Box<dyn Error>> {
    throughput::overlap(device, report)?;
    throughput::over_bare_loop(device, report)?;
    throughput::graphs(device, report)
}
