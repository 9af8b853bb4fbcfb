//! The conformance suite of backends, on the emulator.

use std::num::NonZeroUsize;

use millpond::device::DeviceTensor;
use millpond::inference::conformance::{Skipped, Subject, Trouble, Troubled};
use millpond::inference::{Cuda, DenseNet, DeviceForest, DeviceModel, Forest, Signature};
use millpond::message::Tensors;

use crate::emulator::Emulator;
use crate::models::{Echo, batch};
use crate::{dense, trees::model};

/// A model on the emulator, which is its own for as long as the check takes.
struct Emulated<M> {
    emulator: Emulator,
    model: fn() -> M,
    expected: fn(&Tensors) -> Tensors,
    /// How many copies it takes to bring the model to the device.
    loading: u32,
}

impl<M: DeviceModel> Emulated<M> {
    fn new(model: fn() -> M, loading: u32, expected: fn(&Tensors) -> Tensors) -> Self {
        Self {
            emulator: Emulator::fresh(),
            model,
            expected,
            loading,
        }
    }
}

impl<M: DeviceModel> Subject for Emulated<M> {
    type Backend = Cuda<M>;

    fn backend(&self) -> Cuda<M> {
        let backend = Cuda::open((self.model)(), 0).unwrap();
        // Smaller than a batch of the suite, so that there are parts.
        backend.max_part(NonZeroUsize::new(40).unwrap())
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        Some((self.expected)(batch))
    }

    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Cuda<M>>, Skipped> {
        let backend = self.backend();
        // Two copies for each slot that warms up, and two that are recorded, of
        // this backend and of the one that the suite makes after it, and two
        // for the first call.
        let rounds = if (self.model)().is_repeatable() { 2 } else { 1 };
        let warm_up = 2 * 3 * rounds;
        let nth = warm_up + self.loading + warm_up + 2 + 1;
        let fault = match trouble {
            Trouble::Slow => format!(r#""slow_us": 200000, "nth": {nth}"#),
            Trouble::Failing => format!(r#""error": "CUDA_ERROR_INVALID_VALUE", "nth": {nth}"#),
            _ => return Err(Skipped::because("the model does not panic")),
        };
        let json = format!(r#"{{"faults": [{{"on": "copy", {fault}}}]}}"#);
        self.emulator.control(&json);
        Ok(Troubled::on_its_second_call(backend))
    }
}

/// The same, with a model that panics at thirteen rows.
struct Panicking(Emulated<Echo>);

impl Subject for Panicking {
    type Backend = Cuda<Echo>;

    fn backend(&self) -> Cuda<Echo> {
        self.0.backend()
    }

    fn batch(&self, _: &Signature, rows: usize, seed: u64) -> Tensors {
        let first = i32::try_from(seed % 10_000).unwrap();
        // The batch that panics is not one that is asked by chance.
        let rows = if rows == 13 { 14 } else { rows };
        batch(first, i32::try_from(rows).unwrap(), 3)
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        self.0.expected(batch)
    }

    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Cuda<Echo>>, Skipped> {
        match trouble {
            Trouble::Panicking => Ok(Troubled::on_the_batch(self.backend(), batch(0, 13, 3))),
            other => self.0.troubled(other),
        }
    }
}

fn echo() -> Panicking {
    Panicking(Emulated::new(
        || Echo::of(3),
        0,
        |batch| Tensors::new().with("y", batch.get("x").unwrap().clone()),
    ))
}

fn trees() -> Emulated<DeviceForest> {
    Emulated::new(
        || DeviceForest::new(model(7)),
        // Nodes, trees, leaves and base; there are no categories.
        4,
        |batch| Forest::new(model(7)).run(batch).unwrap(),
    )
}

fn layers() -> Emulated<DenseNet> {
    // Weights and biases of five layers.
    Emulated::new(dense::net, 10, |batch| {
        let x = DeviceTensor::from(batch.get("x").unwrap().clone());
        let y = dense::net().run(&x).unwrap();
        Tensors::new().with("y", y.into_host().unwrap())
    })
}

millpond::conformance!(cuda_conforms, echo());
millpond::conformance!(cuda_forest_conforms, trees());
millpond::conformance!(cuda_dense_conforms, layers());
