use std::ops::Range;
use std::sync::Arc;

use super::DeviceModel;
use super::replays::{Known, Replays};
use crate::device::cuda::{CudaTensor, Graph, Staging, Stream};
use crate::device::{CudaDevice, DeviceError, DeviceTensor, DeviceTensors};
use crate::inference::Signature;
use crate::message::{ElementType, Tensors};

/// Room for one batch on a device: a stream, the device memory that it keeps
/// from batch to batch, and pinned host memory on both sides.
#[derive(Debug)]
pub(super) struct Slot {
    replays: Replays<Replay>,
    device: CudaDevice,
    stream: Arc<Stream>,
    inputs: Vec<Staging>,
    outputs: Vec<Staging>,
}

/// A tensor of a batch: what it is called, and what it holds.
#[derive(Clone, Debug)]
struct Outline {
    name: String,
    element: ElementType,
    shape: Vec<usize>,
}

/// All work for batches of one shape, to be queued at once.
#[derive(Debug)]
struct Replay {
    graph: Graph,
    outputs: Vec<Outline>,
}

/// After so many attempts work is not recorded again: what is in the way may
/// pass, or not.
const ATTEMPTS: u32 = 3;

impl Slot {
    pub(super) fn new(device: &CudaDevice) -> Result<Self, DeviceError> {
        Ok(Self {
            replays: Replays::default(),
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
        let repeats = model.is_repeatable() && !rows.is_empty();
        let inputs = self.write(model.signature(), batch, rows)?;
        let outputs = if repeats {
            self.replay(model, loaded, &inputs)?
        } else {
            self.queue(model, loaded, &inputs)?
        };
        // The first read waits for all that is queued.
        outputs
            .into_iter()
            .zip(&mut self.outputs)
            .map(|(output, staging)| {
                let tensor = staging.read(output.element, output.shape)?;
                Ok((output.name, tensor))
            })
            .collect()
    }

    /// Gives all device memory back that it keeps; tells whether there was any.
    pub(super) fn give_back(&mut self) -> bool {
        self.replays.clear();
        self.stream.give_back()
    }

    /// Writes rows of the inputs to pinned memory.
    fn write(
        &mut self,
        signature: &Signature,
        batch: &Tensors,
        rows: Range<usize>,
    ) -> Result<Vec<Outline>, DeviceError> {
        let inputs = signature.inputs.iter().enumerate();
        inputs
            .map(|(place, spec)| {
                let tensor = batch.get(&spec.name)?;
                let bytes = rows.len() * tensor.row_len() * tensor.element().size();
                let staging = room(
                    &mut self.inputs,
                    place,
                    bytes,
                    &self.stream,
                    &mut self.replays,
                )?;
                staging.write(tensor, rows.clone())?;
                Ok(Outline {
                    name: spec.name.clone(),
                    element: spec.element,
                    shape: [&[rows.len()], tensor.row_shape()].concat(),
                })
            })
            .collect()
    }

    /// Queues the work of a batch by one call, if it was recorded, or can be.
    fn replay<M: DeviceModel>(
        &mut self,
        model: &M,
        loaded: &M::Loaded,
        inputs: &[Outline],
    ) -> Result<Vec<Outline>, DeviceError> {
        let shapes: Vec<_> = inputs.iter().map(|input| input.shape.clone()).collect();
        let mut known = match self.replays.take(&shapes) {
            // The first batch has kernels loaded and memory allocated, neither
            // of which can be recorded.
            None => Known::Run { failed: 0 },
            Some(Known::Run { failed }) if failed < ATTEMPTS => {
                self.record(model, loaded, inputs, failed)?
            }
            Some(known) => known,
        };
        let mut queued = None;
        if let Known::Recorded { replay, failed } = &mut known {
            queued = self.launch(replay)?;
            if queued.is_none() {
                let failed = *failed + 1;
                known = Known::Run { failed };
            }
        }
        let outputs = match queued {
            Some(outputs) => outputs,
            None => self.queue(model, loaded, inputs)?,
        };
        self.replays.put(shapes, known);
        Ok(outputs)
    }

    fn record<M: DeviceModel>(
        &mut self,
        model: &M,
        loaded: &M::Loaded,
        inputs: &[Outline],
        failed: u32,
    ) -> Result<Known<Replay>, DeviceError> {
        let stream = Arc::clone(&self.stream);
        let recorded = Graph::record(&stream, || self.queue(model, loaded, inputs));
        Ok(match unless_lost(recorded)? {
            Some((graph, outputs)) => {
                let replay = Replay { graph, outputs };
                Known::Recorded { replay, failed }
            }
            None => Known::Run { failed: failed + 1 },
        })
    }

    fn launch(&mut self, replay: &mut Replay) -> Result<Option<Vec<Outline>>, DeviceError> {
        let staging = self.inputs.iter_mut().chain(&mut self.outputs);
        let pinned = staging.map(Staging::pinned).collect();
        let launched = replay.graph.launch(pinned);
        Ok(unless_lost(launched)?.map(|()| replay.outputs.clone()))
    }

    /// Queues the work of a batch, whose inputs are in pinned memory.
    fn queue<M: DeviceModel>(
        &mut self,
        model: &M,
        loaded: &M::Loaded,
        inputs: &[Outline],
    ) -> Result<Vec<Outline>, DeviceError> {
        let mut there = DeviceTensors::new();
        for (input, staging) in inputs.iter().zip(&mut self.inputs) {
            let Outline {
                name,
                element,
                shape,
            } = input.clone();
            let tensor = staging.copy_in(&self.device, element, shape)?;
            there.insert(name, tensor.into());
        }
        let made = model.run(loaded, there)?;
        let outputs = made.iter().enumerate().map(|(place, (name, tensor))| {
            let tensor = own(tensor, &self.stream)?;
            let bytes = tensor.bytes();
            room(
                &mut self.outputs,
                place,
                bytes,
                &self.stream,
                &mut self.replays,
            )?
            .copy_out(tensor)?;
            Ok(Outline {
                name: name.to_owned(),
                element: tensor.element(),
                shape: tensor.shape().to_vec(),
            })
        });
        outputs.collect()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // Weights that were read on the stream hold on to it.
        self.replays.clear();
        self.stream.free_store();
    }
}

/// Returns the pinned memory of this place, larger if it has to be. What was
/// recorded with the smaller one is of no use then.
fn room<'a>(
    held: &'a mut Vec<Staging>,
    place: usize,
    bytes: usize,
    stream: &Arc<Stream>,
    replays: &mut Replays<Replay>,
) -> Result<&'a mut Staging, DeviceError> {
    while held.len() <= place {
        held.push(Staging::new(stream, bytes)?);
    }
    let Some(staging) = held.get_mut(place) else {
        return Err(DeviceError::OutOfMemory { bytes: Some(bytes) });
    };
    if staging.grow(bytes)? {
        replays.clear();
    }
    Ok(staging)
}

/// Returns an output that a model may give.
fn own<'a>(tensor: &'a DeviceTensor, stream: &Arc<Stream>) -> Result<&'a CudaTensor, DeviceError> {
    let wrong = |reason: &str| DeviceError::Kernel {
        kernel: "model".into(),
        reason: reason.into(),
    };
    match tensor.as_cuda() {
        None => Err(wrong("it left an output in host memory")),
        Some(tensor) if !tensor.is_on(stream) => Err(wrong(
            "it gave an output that was not made of an input; \
             give what an operation makes of one",
        )),
        Some(tensor) => Ok(tensor),
    }
}

/// Returns nothing after an error that another way to queue the work may
/// not meet.
fn unless_lost<T>(answer: Result<T, DeviceError>) -> Result<Option<T>, DeviceError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error @ DeviceError::Lost { .. }) => Err(error),
        Err(error) => {
            tracing::debug!(%error, "the batch is queued call by call");
            Ok(None)
        }
    }
}
