#[cfg(feature = "cuda")]
use crate::device::cuda::CudaTensor;
use crate::device::{DeviceError, DeviceTensor};
use crate::message::{Element, ElementType, Tensor};

/// The name of an operation, which its errors carry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation(pub(super) &'static str);

impl Operation {
    /// Checks the element type of an operand.
    pub(super) fn takes(self, wanted: ElementType, x: &DeviceTensor) -> Result<(), DeviceError> {
        if x.element() == wanted {
            return Ok(());
        }
        Err(DeviceError::Element {
            operation: self.0,
            wanted,
            found: x.element(),
        })
    }

    /// Checks that two operands are in one place.
    pub(super) fn together(
        self,
        x: &DeviceTensor,
        other: &DeviceTensor,
    ) -> Result<(), DeviceError> {
        if x.device() == other.device() {
            return Ok(());
        }
        Err(DeviceError::Apart {
            operation: self.0,
            first: x.device(),
            second: other.device(),
        })
    }

    /// Checks the shape of an operand.
    pub(super) fn shaped(
        self,
        x: &DeviceTensor,
        fits: bool,
        reason: impl FnOnce() -> String,
    ) -> Result<(), DeviceError> {
        if fits {
            return Ok(());
        }
        Err(DeviceError::Shape {
            operation: self.0,
            found: x.shape().to_vec(),
            reason: reason().into(),
        })
    }
}

#[cfg(feature = "cuda")]
impl Operation {
    /// Takes an operand that lives on the CUDA device of the first.
    pub(super) fn beside<'a>(
        self,
        first: &CudaTensor,
        other: &'a DeviceTensor,
    ) -> Result<&'a CudaTensor, DeviceError> {
        other.as_cuda().ok_or_else(|| DeviceError::Apart {
            operation: self.0,
            first: first.device(),
            second: other.device(),
        })
    }

    /// A size as kernels take it.
    pub(super) fn count(self, x: &CudaTensor, size: usize) -> Result<u32, DeviceError> {
        u32::try_from(size).map_err(|_| DeviceError::Shape {
            operation: self.0,
            found: x.shape().to_vec(),
            reason: "a device counts to 2^32 in each dimension; use smaller batches".into(),
        })
    }
}

/// Makes a tensor in host memory of what a twin has computed.
pub(super) fn in_host<E: Element>(
    shape: impl Into<Vec<usize>>,
    elements: Vec<E>,
) -> Result<DeviceTensor, DeviceError> {
    Ok(Tensor::new(shape, elements)?.into())
}
