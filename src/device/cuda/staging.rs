use std::ops::Range;
use std::sync::Arc;

use super::device::CudaDevice;
use super::raw::{Pinned, Stream};
use super::tensor::CudaTensor;
use crate::device::DeviceError;
use crate::message::{Element, ElementType, Tensor, TensorError};

/// Pinned memory that one tensor after another passes through, to the device
/// or from it.
///
/// The host's reads and writes wait for the copies of the stream.
#[derive(Debug)]
pub(crate) struct Staging {
    stream: Arc<Stream>,
    pinned: Pinned,
}

impl Staging {
    /// Makes room for tensors of so many bytes.
    pub(crate) fn new(stream: &Arc<Stream>, bytes: usize) -> Result<Self, DeviceError> {
        Ok(Self {
            pinned: Pinned::new(stream, bytes)?,
            stream: Arc::clone(stream),
        })
    }

    /// Makes more room if there is less; tells whether that was so.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<bool, DeviceError> {
        let less = self.pinned.bytes() < bytes;
        if less {
            self.pinned = Pinned::new(&self.stream, bytes)?;
        }
        Ok(less)
    }

    pub(crate) fn pinned(&mut self) -> &mut Pinned {
        &mut self.pinned
    }

    /// Writes some rows of a tensor here.
    pub(crate) fn write(&mut self, tensor: &Tensor, rows: Range<usize>) -> Result<(), DeviceError> {
        match tensor.element() {
            ElementType::U8 => self.pinned.write(some::<u8>(tensor, &rows)?),
            ElementType::I32 => self.pinned.write(some::<i32>(tensor, &rows)?),
            ElementType::I64 => self.pinned.write(some::<i64>(tensor, &rows)?),
            ElementType::F32 => self.pinned.write(some::<f32>(tensor, &rows)?),
            ElementType::F64 => self.pinned.write(some::<f64>(tensor, &rows)?),
        }
    }

    /// Reads a tensor that was copied here.
    pub(crate) fn read(
        &mut self,
        element: ElementType,
        shape: Vec<usize>,
    ) -> Result<Tensor, DeviceError> {
        match element {
            ElementType::U8 => self.get::<u8>(shape),
            ElementType::I32 => self.get::<i32>(shape),
            ElementType::I64 => self.get::<i64>(shape),
            ElementType::F32 => self.get::<f32>(shape),
            ElementType::F64 => self.get::<f64>(shape),
        }
    }

    /// Queues the copy of what was written here to new memory of the device.
    pub(crate) fn copy_in(
        &mut self,
        home: &CudaDevice,
        element: ElementType,
        shape: Vec<usize>,
    ) -> Result<CudaTensor, DeviceError> {
        let mut there = CudaTensor::unset(home, &self.stream, element, shape)?;
        there.copy_from(&mut self.pinned)?;
        Ok(there)
    }

    /// Queues the copy of a tensor of the same stream to here.
    pub(crate) fn copy_out(&mut self, tensor: &CudaTensor) -> Result<(), DeviceError> {
        tensor.copy_to(&mut self.pinned)
    }

    fn get<E: Element>(&mut self, shape: Vec<usize>) -> Result<Tensor, DeviceError> {
        let count = shape.iter().product();
        Ok(Tensor::new(shape, self.pinned.read::<E>(count)?)?)
    }
}

fn some<'a, E: Element>(tensor: &'a Tensor, rows: &Range<usize>) -> Result<&'a [E], TensorError> {
    let len = tensor.row_len();
    let elements = tensor.as_slice::<E>()?;
    elements
        .get(rows.start * len..rows.end * len)
        .ok_or(TensorError::NoSuchRow {
            row: rows.end,
            rows: tensor.rows(),
        })
}
