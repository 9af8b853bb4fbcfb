use std::sync::Arc;

use super::device::CudaDevice;
use super::kernels::Threads;
use super::raw::{Argument, Memory, Pinned, Stream};
use crate::device::{Device, DeviceError};
use crate::message::{Element, ElementType, Tensor, TensorError, elements_in};

/// A tensor in the memory of a CUDA device.
///
/// Work on it is queued on its stream, in order; nothing waits for the work
/// until the tensor is brought to host memory.
#[derive(Debug)]
pub(crate) struct CudaTensor {
    element: ElementType,
    shape: Vec<usize>,
    memory: Arc<Memory>,
    home: CudaDevice,
}

impl CudaTensor {
    /// Makes a tensor with anything in it, ordered on `stream`.
    pub(crate) fn unset(
        home: &CudaDevice,
        stream: &Arc<Stream>,
        element: ElementType,
        shape: Vec<usize>,
    ) -> Result<Self, DeviceError> {
        let bytes = elements_in(&shape).and_then(|held| held.checked_mul(element.size()));
        let Some(bytes) = bytes else {
            return Err(DeviceError::Tensor(TensorError::Length { shape, found: 0 }));
        };
        Ok(Self {
            memory: Memory::new(stream, bytes)?,
            element,
            shape,
            home: home.clone(),
        })
    }

    /// Copies a tensor to the device, and blocks until that is done.
    pub(crate) fn put(
        home: &CudaDevice,
        stream: &Arc<Stream>,
        tensor: &Tensor,
    ) -> Result<Self, DeviceError> {
        let shape = tensor.shape().to_vec();
        let there = Self::unset(home, stream, tensor.element(), shape)?;
        match tensor.element() {
            ElementType::U8 => there.memory.write(tensor.as_slice::<u8>()?)?,
            ElementType::I32 => there.memory.write(tensor.as_slice::<i32>()?)?,
            ElementType::I64 => there.memory.write(tensor.as_slice::<i64>()?)?,
            ElementType::F32 => there.memory.write(tensor.as_slice::<f32>()?)?,
            ElementType::F64 => there.memory.write(tensor.as_slice::<f64>()?)?,
        }
        Ok(there)
    }

    /// Queues a copy of the start of pinned memory of the same stream.
    pub(super) fn copy_from(&mut self, pinned: &mut Pinned) -> Result<(), DeviceError> {
        self.memory.write_from(pinned, self.bytes())
    }

    /// Brings the tensor to host memory, and blocks until that is done.
    pub(crate) fn to_host(&self) -> Result<Tensor, DeviceError> {
        match self.element {
            ElementType::U8 => self.read::<u8>(),
            ElementType::I32 => self.read::<i32>(),
            ElementType::I64 => self.read::<i64>(),
            ElementType::F32 => self.read::<f32>(),
            ElementType::F64 => self.read::<f64>(),
        }
    }

    fn read<E: Element>(&self) -> Result<Tensor, DeviceError> {
        let elements = self.memory.read::<E>(self.len())?;
        Ok(Tensor::new(self.shape.clone(), elements)?)
    }

    /// Queues a copy to pinned memory of the same stream.
    pub(super) fn copy_to(&self, pinned: &mut Pinned) -> Result<(), DeviceError> {
        self.memory.read_into(pinned, self.bytes())
    }

    pub(crate) fn device(&self) -> Device {
        self.home.device()
    }

    /// Whether work on it is queued on this stream.
    pub(crate) fn is_on(&self, stream: &Arc<Stream>) -> bool {
        Arc::ptr_eq(self.memory.stream(), stream)
    }

    pub(crate) fn home(&self) -> &CudaDevice {
        &self.home
    }

    pub(crate) fn element(&self) -> ElementType {
        self.element
    }

    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns how many elements there are.
    pub(crate) fn len(&self) -> usize {
        elements_in(&self.shape).unwrap_or(0)
    }

    /// Returns how many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.len().saturating_mul(self.element.size())
    }

    /// Returns the address, for a kernel that reads it.
    pub(crate) fn argument(&self) -> Argument<'_> {
        Argument::Memory(&self.memory)
    }

    /// Returns the address, for a kernel that writes it.
    pub(crate) fn output(&mut self) -> Argument<'_> {
        Argument::Output(&self.memory)
    }

    /// Makes a tensor with anything in it, on the same device and stream.
    pub(crate) fn beside(
        &self,
        element: ElementType,
        shape: Vec<usize>,
    ) -> Result<Self, DeviceError> {
        Self::unset(&self.home, self.memory.stream(), element, shape)
    }

    /// Queues a kernel on the stream of this tensor.
    pub(crate) fn launch(
        &self,
        kernel: &'static str,
        threads: Threads,
        arguments: &[Argument<'_>],
    ) -> Result<(), DeviceError> {
        let stream = self.memory.stream();
        self.home.launch(stream, kernel, threads, arguments)
    }
}
