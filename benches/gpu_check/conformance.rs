use millpond::device::CudaDevice;
use millpond::inference::conformance::{Check, Outcome, Subject};
use millpond::inference::{Cuda, DenseNet};
use millpond::message::Tensors;

use crate::model;
use crate::report::Report;

/// Runs each check of the conformance suite on the backend of the device.
pub(crate) fn check(device: &CudaDevice, report: &mut Report) {
    let subject = OnDevice(device.clone());
    if let Err(error) = subject.made() {
        report.failed("conformance", &error);
        return;
    }
    for check in Check::ALL {
        let name = format!("conformance: {check}");
        match check.run(&subject) {
            Outcome::Passed => report.passed(&name, ""),
            Outcome::Skipped(reason) => report.skipped(&name, &reason),
            Outcome::Failed(reason) => report.failed(&name, &reason),
        }
    }
}

/// The network on the device; right is what it gives on the processor.
struct OnDevice(CudaDevice);

impl OnDevice {
    fn made(&self) -> Result<Cuda<DenseNet>, String> {
        let net = model::net().map_err(|error| error.to_string())?;
        Cuda::on(net, vec![self.0.clone()]).map_err(|error| error.to_string())
    }
}

impl Subject for OnDevice {
    type Backend = Cuda<DenseNet>;

    fn backend(&self) -> Cuda<DenseNet> {
        self.made().expect("it was made a moment ago")
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        let x = batch.get("x").ok()?.clone();
        let y = model::net().ok()?.run(&x.into()).ok()?;
        Some(Tensors::new().with("y", y.into_host().ok()?))
    }
}
