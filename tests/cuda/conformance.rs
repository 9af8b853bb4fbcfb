//! The conformance suite of backends, on the emulator.

use std::num::NonZeroUsize;

use millpond::device::{CudaDevice, DeviceError, DeviceTensor, DeviceTensors};
use millpond::inference::conformance::{Skipped, Subject, Trouble, Troubled};
use millpond::inference::{
    Cuda, DenseNet, DeviceForest, DeviceModel, Forest, InferError, Signature,
};
use millpond::message::Tensors;

use crate::emulator::Emulator;
use crate::models::{Echo, batch};
use crate::{dense, trees::model};

/// A model that may be kept from repeating its work.
struct Held<M> {
    model: M,
    repeats: bool,
}

impl<M: DeviceModel> DeviceModel for Held<M> {
    type Loaded = M::Loaded;

    fn signature(&self) -> &Signature {
        self.model.signature()
    }

    fn bytes(&self) -> usize {
        self.model.bytes()
    }

    fn load(&self, device: &CudaDevice) -> Result<M::Loaded, DeviceError> {
        self.model.load(device)
    }

    fn run(&self, there: &M::Loaded, inputs: DeviceTensors) -> Result<DeviceTensors, DeviceError> {
        self.model.run(there, inputs)
    }

    fn is_repeatable(&self) -> bool {
        self.repeats && self.model.is_repeatable()
    }

    fn finish(&self, outputs: Tensors) -> Result<Tensors, InferError> {
        self.model.finish(outputs)
    }
}

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

    fn backend_that(&self, repeats: bool) -> Cuda<Held<M>> {
        let model = (self.model)();
        let backend = Cuda::open(Held { model, repeats }, 0).unwrap();
        // Smaller than a batch of the suite, so that there are parts.
        backend.max_part(NonZeroUsize::new(40).unwrap())
    }
}

impl<M: DeviceModel> Subject for Emulated<M> {
    type Backend = Cuda<Held<M>>;

    fn backend(&self) -> Cuda<Held<M>> {
        self.backend_that(true)
    }

    fn expected(&self, batch: &Tensors) -> Option<Tensors> {
        Some((self.expected)(batch))
    }

    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Cuda<Held<M>>>, Skipped> {
        // A copy that goes wrong while it is recorded would harm no batch.
        let backend = self.backend_that(false);
        // Two copies for each slot that warms up, of this backend and of the one
        // that the suite makes after it, which may record two as well, and two
        // for the first call.
        let rounds = if (self.model)().is_repeatable() { 2 } else { 1 };
        let nth = 2 * 3 + self.loading + 2 * 3 * rounds + 2 + 1;
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
    type Backend = Cuda<Held<Echo>>;

    fn backend(&self) -> Cuda<Held<Echo>> {
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

    fn troubled(&self, trouble: Trouble) -> Result<Troubled<Cuda<Held<Echo>>>, Skipped> {
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
