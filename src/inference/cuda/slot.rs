use std::ops::Range;
use std::sync::Arc;

use super::DeviceModel;
use crate::device::cuda::{CudaTensor, Pinned, Stream};
use crate::device::{CudaDevice, DeviceError, DeviceTensor, DeviceTensors};
use crate::message::{Tensor, Tensors};

/// Room for one batch on a device: a stream, and pinned host memory on both
/// its sides. What is on the device is allocated in the order of the stream.
#[derive(Debug)]
pub(super) struct Slot {
    device: CudaDevice,
    stream: Arc<Stream>,
    inputs: Vec<Pinned>,
    outputs: Vec<Pinned>,
}

impl Slot {
    pub(super) fn new(device: &CudaDevice) -> Result<Self, DeviceError> {
        Ok(Self {
            device: device.clone(),
            stream: device.stream()?,
            inputs: Vec::new(),
            outputs: Vec::new(),
        })
    }

    /// Runs some rows of a batch, and blocks until they are back.
    ///
    /// After an error nothing of the rows is on its way any more, or the next
    /// use waits until it is not.
    pub(super) fn run<M: DeviceModel>(
        &mut self,
        model: &M,
        loaded: &M::Loaded,
        batch: &Tensors,
        rows: Range<usize>,
    ) -> Result<Tensors, DeviceError> {
        let mut there = DeviceTensors::new();
        for (place, spec) in model.signature().inputs.iter().enumerate() {
            let tensor = self.copy_in(place, batch.get(&spec.name)?, rows.clone())?;
            there.insert(&spec.name, tensor);
        }
        let made = model.run(loaded, there)?;
        for (place, (_, tensor)) in made.iter().enumerate() {
            self.copy_out(place, on_device(tensor)?)?;
        }
        // The first read waits for all that is queued.
        made.iter()
            .zip(&mut self.outputs)
            .map(|((name, tensor), pinned)| Ok((name, on_device(tensor)?.read_from(pinned)?)))
            .collect()
    }

    fn copy_in(
        &mut self,
        place: usize,
        tensor: &Tensor,
        rows: Range<usize>,
    ) -> Result<DeviceTensor, DeviceError> {
        let bytes = rows.len() * tensor.row_len() * tensor.element().size();
        let pinned = room(&mut self.inputs, place, bytes, &self.stream)?;
        let tensor = CudaTensor::put_through(&self.device, &self.stream, pinned, tensor, rows)?;
        Ok(tensor.into())
    }

    fn copy_out(&mut self, place: usize, tensor: &CudaTensor) -> Result<(), DeviceError> {
        let pinned = room(&mut self.outputs, place, tensor.bytes(), &self.stream)?;
        tensor.copy_to(pinned)
    }
}

/// Returns the pinned memory of this place, larger if it has to be.
fn room<'a>(
    held: &'a mut Vec<Pinned>,
    place: usize,
    bytes: usize,
    stream: &Arc<Stream>,
) -> Result<&'a mut Pinned, DeviceError> {
    while held.len() <= place {
        held.push(Pinned::new(stream, bytes)?);
    }
    let Some(pinned) = held.get_mut(place) else {
        return Err(DeviceError::OutOfMemory { bytes });
    };
    if pinned.bytes() < bytes {
        *pinned = Pinned::new(stream, bytes)?;
    }
    Ok(pinned)
}

fn on_device(tensor: &DeviceTensor) -> Result<&CudaTensor, DeviceError> {
    tensor.as_cuda().ok_or_else(|| DeviceError::Kernel {
        kernel: "model".into(),
        reason: "it left an output in host memory".into(),
    })
}
