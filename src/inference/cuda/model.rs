use crate::device::{CudaDevice, DeviceError, DeviceTensors};
use crate::inference::{InferError, Signature};
use crate::message::Tensors;

/// A model that the backend [`Cuda`](super::Cuda) can run.
///
/// # Examples
///
/// One that is made of [operations](crate::device::ops):
///
/// ```no_run
/// use millpond::device::{CudaDevice, DeviceError, DeviceTensors, ops};
/// use millpond::inference::{Cuda, DeviceModel, Signature, TensorSpec};
///
/// struct Likelihood(Signature);
///
/// impl DeviceModel for Likelihood {
///     type Loaded = ();
///
///     fn signature(&self) -> &Signature {
///         &self.0
///     }
///
///     fn bytes(&self) -> usize {
///         0
///     }
///
///     fn load(&self, _: &CudaDevice) -> Result<(), DeviceError> {
///         Ok(())
///     }
///
///     fn run(&self, _: &(), inputs: DeviceTensors) -> Result<DeviceTensors, DeviceError> {
///         Ok(DeviceTensors::new().with("y", ops::softmax(inputs.get("x")?)?))
///     }
/// }
///
/// # fn main() -> Result<(), DeviceError> {
/// let model = Likelihood(Signature {
///     inputs: vec![TensorSpec::of::<f32>("x", [4])],
///     outputs: vec![TensorSpec::of::<f32>("y", [4])],
/// });
/// let backend = Cuda::open(model, 0)?;
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run on a CUDA device",
    label = "not a device model",
    note = "use `DeviceForest`, `DenseNet`, or implement `millpond::inference::DeviceModel`"
)]
pub trait DeviceModel: Send + Sync + 'static {
    /// What the model is on one device: its weights there.
    type Loaded: Send + Sync + 'static;

    /// Tells what the model takes and gives. It never changes.
    fn signature(&self) -> &Signature;

    /// Returns how many bytes it takes on a device, without any batch.
    fn bytes(&self) -> usize;

    /// Copies the model to a device.
    ///
    /// # Errors
    ///
    /// What kept the device from taking it.
    fn load(&self, device: &CudaDevice) -> Result<Self::Loaded, DeviceError>;

    /// Queues the work for one batch, whose tensors are on the device of
    /// `loaded`, and returns the outputs, without waiting for either. Each is
    /// an input or what operations made of inputs first of all, so that it is
    /// done in their order; another one is a terminal error.
    ///
    /// # Errors
    ///
    /// What cannot be queued.
    fn run(
        &self,
        loaded: &Self::Loaded,
        inputs: DeviceTensors,
    ) -> Result<DeviceTensors, DeviceError>;

    /// Whether [`run`](Self::run) does the same for any two batches of the same
    /// shapes: the same operations, on tensors of `loaded` and of the batch
    /// only, of which it keeps none. It does not if this is not overridden.
    ///
    /// The work is then recorded when shapes come the second time, as a CUDA
    /// graph, and from then on queued by one call of the driver without
    /// calling `run`. Work that turns out not to be recordable, since it waits
    /// or involves another stream, is queued by `run` as ever; for the batches
    /// that show this, three at most, `run` is called twice.
    fn is_repeatable(&self) -> bool {
        false
    }

    /// Makes of what was copied back what the signature says. Nothing is to be
    /// done if that is the same, which is the default.
    ///
    /// # Errors
    ///
    /// What makes the batch have no result.
    fn finish(&self, outputs: Tensors) -> Result<Tensors, InferError> {
        Ok(outputs)
    }
}
