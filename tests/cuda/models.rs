//! Models for tests, and what runs a backend without a pipeline.

use std::num::NonZeroUsize;
use std::thread;

use millpond::device::{CudaDevice, DeviceError, DeviceTensors};
use millpond::inference::{Backend, Cuda, DeviceModel, Signature, TensorSpec};
use millpond::message::{Tensor, Tensors};
use millpond::node::Workers;

/// Gives each row back as it came, through the device.
pub(crate) struct Echo {
    signature: Signature,
    bytes: usize,
}

impl Echo {
    /// Rows of so many elements.
    pub(crate) fn of(width: usize) -> Self {
        Self {
            signature: Signature {
                inputs: vec![TensorSpec::of::<i32>("x", [width])],
                outputs: vec![TensorSpec::of::<i32>("y", [width])],
            },
            bytes: 0,
        }
    }

    /// Says that it takes so many bytes.
    pub(crate) fn taking(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }
}

impl DeviceModel for Echo {
    type Loaded = ();

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn load(&self, _: &CudaDevice) -> Result<(), DeviceError> {
        Ok(())
    }

    fn run(&self, (): &(), mut inputs: DeviceTensors) -> Result<DeviceTensors, DeviceError> {
        let x = inputs.remove("x")?;
        assert!(x.rows() != 13, "thirteen rows");
        Ok(DeviceTensors::new().with("y", x))
    }
}

pub(crate) fn workers() -> Workers {
    Workers::new(|name, body| thread::Builder::new().name(name).spawn(body).map(drop))
}

/// Starts a backend on device 0 with so many slots.
pub(crate) fn started<M: DeviceModel>(model: M, slots: usize) -> Cuda<M> {
    let mut backend = Cuda::open(model, 0)
        .unwrap()
        .slots_each(NonZeroUsize::new(slots).unwrap());
    backend.start(&workers()).unwrap();
    backend
}

/// A batch of which no row is like another.
pub(crate) fn batch(first: i32, rows: i32, width: i32) -> Tensors {
    numbered("x", first, rows, width)
}

/// What [`Echo`] makes of [`batch`].
pub(crate) fn answer(first: i32, rows: i32, width: i32) -> Tensors {
    numbered("y", first, rows, width)
}

fn numbered(name: &str, first: i32, rows: i32, width: i32) -> Tensors {
    let numbers: Vec<_> = (0..rows * width).map(|number| first + number).collect();
    let shape = [rows, width].map(|size| usize::try_from(size).unwrap());
    Tensors::new().with(name, Tensor::new(shape, numbers).unwrap())
}
