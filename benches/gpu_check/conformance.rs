use millpond::device::CudaDevice;
use millpond::inference::conformance::{Check, Outcome};
use millpond::inference::{Cuda, DenseNet};

use crate::model;
use crate::report::Report;

/// Runs each check of the conformance suite on the backend of the device.
pub(crate) fn check(device: &CudaDevice, report: &mut Report) {
    if let Err(error) = backend(device) {
        report.failed("conformance", &error);
        return;
    }
    let subject = || backend(device).expect("it was made a moment ago");
    for check in Check::ALL {
        let name = format!("conformance: {check}");
        match check.run(&subject) {
            Outcome::Passed => report.passed(&name, ""),
            Outcome::Skipped(reason) => report.skipped(&name, &reason.to_string()),
            Outcome::Failed(reason) => report.failed(&name, &reason),
        }
    }
}

fn backend(device: &CudaDevice) -> Result<Cuda<DenseNet>, String> {
    let net = model::net().map_err(|error| error.to_string())?;
    Cuda::on(net, vec![device.clone()]).map_err(|error| error.to_string())
}
