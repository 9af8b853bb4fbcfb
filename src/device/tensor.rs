use std::fmt;

#[cfg(feature = "cuda")]
use super::cuda::CudaTensor;
use super::{Device, DeviceError};
use crate::message::{Element, ElementType, Tensor};

/// A tensor that lives on a device: an element type, a shape, a place.
///
/// It travels on edges like any message; what it holds stays where it is. It
/// is not a [`Tensor`], so that a stage which reads host memory cannot follow
/// one that leaves its result on a device: the compiler asks for
/// [`into_host`](Self::into_host).
///
/// # Examples
///
/// ```
/// use millpond::device::{Device, DeviceTensor};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tensor = DeviceTensor::from(Tensor::new([2, 3], vec![1, 2, 3, 4, 5, 6])?);
///
/// assert_eq!(tensor.device(), Device::Cpu);
/// assert_eq!((tensor.rows(), tensor.row_shape()), (2, &[3][..]));
/// assert_eq!(tensor.into_host()?.row::<i32>(1)?, [4, 5, 6]);
/// # Ok(())
/// # }
/// ```
pub struct DeviceTensor {
    store: Store,
}

/// What holds the elements.
enum Store {
    Host(Tensor),
    #[cfg(feature = "cuda")]
    Cuda(CudaTensor),
}

impl DeviceTensor {
    /// Returns where it lives.
    pub fn device(&self) -> Device {
        match &self.store {
            Store::Host(_) => Device::Cpu,
            #[cfg(feature = "cuda")]
            Store::Cuda(tensor) => tensor.device(),
        }
    }

    /// Returns the type of the elements.
    pub fn element(&self) -> ElementType {
        match &self.store {
            Store::Host(tensor) => tensor.element(),
            #[cfg(feature = "cuda")]
            Store::Cuda(tensor) => tensor.element(),
        }
    }

    /// Returns the shape, the row dimension first.
    pub fn shape(&self) -> &[usize] {
        match &self.store {
            Store::Host(tensor) => tensor.shape(),
            #[cfg(feature = "cuda")]
            Store::Cuda(tensor) => tensor.shape(),
        }
    }

    /// Returns how many rows there are.
    pub fn rows(&self) -> usize {
        self.shape().first().copied().unwrap_or(0)
    }

    /// Returns the shape of one row.
    pub fn row_shape(&self) -> &[usize] {
        self.shape().get(1..).unwrap_or(&[])
    }

    /// Returns how many elements one row holds.
    pub fn row_len(&self) -> usize {
        // The product of the whole shape fits, and so does that of a part of
        // it unless there is no row; then any answer describes no row.
        self.row_shape()
            .iter()
            .fold(1, |product, size| product.saturating_mul(*size))
    }

    /// Returns how many elements all rows hold.
    pub fn len(&self) -> usize {
        self.rows().saturating_mul(self.row_len())
    }

    /// Tells whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shows all elements, row after row, if they are in host memory.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NotOnHost`] if they are not, [`DeviceError::Tensor`] if
    /// they are not of type `E`.
    pub fn as_slice<E: Element>(&self) -> Result<&[E], DeviceError> {
        self.as_host()?.as_slice().map_err(DeviceError::from)
    }

    /// Shows the tensor, if it is in host memory.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NotOnHost`] if it is not.
    pub fn as_host(&self) -> Result<&Tensor, DeviceError> {
        match &self.store {
            Store::Host(tensor) => Ok(tensor),
            #[cfg(feature = "cuda")]
            Store::Cuda(tensor) => Err(DeviceError::NotOnHost {
                device: tensor.device(),
            }),
        }
    }

    /// Brings the tensor to host memory; one that is there is not copied.
    ///
    /// A copy blocks until the device has computed the tensor and copied it; a
    /// thread other than the worker's waits for it.
    ///
    /// # Errors
    ///
    /// What kept the device from computing or copying it.
    pub fn into_host(self) -> Result<Tensor, DeviceError> {
        match self.store {
            Store::Host(tensor) => Ok(tensor),
            #[cfg(feature = "cuda")]
            Store::Cuda(tensor) => tensor.to_host(),
        }
    }
}

#[cfg(feature = "cuda")]
impl DeviceTensor {
    /// Returns the tensor if it is in the memory of a CUDA device.
    pub(crate) fn as_cuda(&self) -> Option<&CudaTensor> {
        match &self.store {
            Store::Cuda(tensor) => Some(tensor),
            Store::Host(_) => None,
        }
    }
}

#[cfg(feature = "cuda")]
impl From<CudaTensor> for DeviceTensor {
    fn from(tensor: CudaTensor) -> Self {
        Self {
            store: Store::Cuda(tensor),
        }
    }
}

/// Keeps the tensor in host memory; nothing is copied.
impl From<Tensor> for DeviceTensor {
    fn from(tensor: Tensor) -> Self {
        Self {
            store: Store::Host(tensor),
        }
    }
}

/// Shows type, shape and place, as in `f32[8, 29] on cuda:0`.
impl fmt::Debug for DeviceTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (element, shape, device) = (self.element(), self.shape(), self.device());
        write!(f, "{element}{shape:?} on {device}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensor_in_host_memory_is_not_copied() {
        let numbers = vec![1.0_f32, 2.0];
        let place = numbers.as_ptr();
        let tensor = DeviceTensor::from(Tensor::new([2], numbers).unwrap());

        assert_eq!(tensor.as_slice::<f32>().unwrap().as_ptr(), place);
        let back = tensor.into_host().unwrap().into_vec::<f32>().unwrap();
        assert_eq!(back.as_ptr(), place);
    }

    #[test]
    fn its_text_names_the_place() {
        let tensor = DeviceTensor::from(Tensor::zeros::<u8>(4, &[2, 3]).unwrap());

        assert_eq!(format!("{tensor:?}"), "u8[4, 2, 3] on cpu");
        assert_eq!((tensor.row_len(), tensor.len()), (6, 24));
    }

    #[test]
    fn reading_another_element_type_says_both() {
        let tensor = DeviceTensor::from(Tensor::zeros::<u8>(1, &[]).unwrap());

        let error = tensor.as_slice::<f32>().unwrap_err();
        assert_eq!(error.to_string(), "the tensor holds u8 elements, not f32");
    }
}
