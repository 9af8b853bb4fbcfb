use std::error::Error;

use millpond::device::CudaDevice;
use millpond::inference::conformance::{Check, Outcome, Subject};
use millpond::inference::{Cuda, DeviceForest, DeviceModel, Forest};
use millpond::message::Tensors;

use crate::report::Report;
use crate::{model, trees};

type Made<T> = Result<T, Box<dyn Error>>;

/// Runs each check of the conformance suite on the backend of the device, with
/// a network and with forests of both kinds.
pub(crate) fn check(device: &CudaDevice, report: &mut Report) {
    let network = OnDevice {
        device: device.clone(),
        model: || Ok(model::net()?),
        expected: network_expected,
    };
    all("network", &network, report);
    let xgboost = OnDevice {
        device: device.clone(),
        model: || Ok(DeviceForest::new(trees::of_xgboost()?)),
        expected: |batch| Ok(Forest::new(trees::of_xgboost()?).run(batch)?),
    };
    all("forest, f32", &xgboost, report);
    let lightgbm = OnDevice {
        device: device.clone(),
        model: || Ok(DeviceForest::new(trees::of_lightgbm()?)),
        expected: |batch| Ok(Forest::new(trees::of_lightgbm()?).run(batch)?),
    };
    all("forest, f64", &lightgbm, report);
}

fn network_expected(batch: &Tensors) -> Made<Tensors> {
    let x = batch.get("x")?.clone();
    let y = model::net()?.run(&x.into())?;
    Ok(Tensors::new().with("y", y.into_host()?))
}

fn all<M: DeviceModel>(what: &str, subject: &OnDevice<M>, report: &mut Report) {
    if let Err(error) = subject.made() {
        report.failed(&format!("conformance, {what}"), &error.to_string());
        return;
    }
    for check in Check::ALL {
        let name = format!("conformance, {what}: {check}");
        match check.run(subject) {
            Outcome::Passed => report.passed(&name, ""),
            Outcome::Skipped(reason) => report.skipped(&name, &reason),
            Outcome::Failed(reason) => report.failed(&name, &reason),
        }
    }
}

/// A model on the device; right is what it gives on the processor.
struct OnDevice<M> {
    device: CudaDevice,
    model: fn() -> Made<M>,
    expected: fn(&Tensors) -> Made<Tensors>,
}

impl<M: DeviceModel> OnDevice<M> {
    fn made(&self) -> Made<Cuda<M>> {
        Ok(Cuda::on((self.model)()?, vec![self.device.clone()])?)
    }
}

impl<M: DeviceModel> Subject for OnDevice<M> {
    type Backend = Cuda<M>;

    fn backend(&self) -> Cuda<M> {
        self.made().expect("it was made a moment ago")
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        let expected = (self.expected)(batch);
        Some(expected.expect("the processor takes what the suite makes"))
    }
}
