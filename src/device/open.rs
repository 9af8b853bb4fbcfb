#[cfg(feature = "cuda")]
use super::CudaDevice;
use super::{Device, DeviceChoice, DeviceError, DeviceTensor, DeviceTensors};
use crate::message::{Tensor, Tensors};

/// A device that is ready to hold tensors.
///
/// Clones are the same device.
///
/// # Examples
///
/// A choice of `auto` always opens something:
///
/// ```
/// use millpond::device::{DeviceChoice, OpenDevice};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let device = OpenDevice::open(DeviceChoice::Auto)?;
/// let tensor = device.put(Tensor::new([2], vec![1, 2])?)?;
///
/// assert_eq!(tensor.device(), device.device());
/// assert_eq!(tensor.into_host()?.as_slice::<i32>()?, [1, 2]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum OpenDevice {
    /// The processor and its memory.
    #[default]
    Cpu,
    /// A CUDA device (feature `cuda`).
    #[cfg(feature = "cuda")]
    Cuda(CudaDevice),
}

impl OpenDevice {
    /// Opens the device that is asked for.
    ///
    /// Of several CUDA devices it is the first; [`all`](Self::all) opens them
    /// all. With [`DeviceChoice::Auto`] it is the first that can be opened, or
    /// the processor if none can; why others cannot is logged.
    ///
    /// # Errors
    ///
    /// Why the device cannot be used, and what to do about it.
    pub fn open(choice: DeviceChoice) -> Result<Self, DeviceError> {
        match choice {
            DeviceChoice::Cpu => Ok(Self::Cpu),
            DeviceChoice::AnyCuda => Self::cuda(0),
            DeviceChoice::Cuda(number) => Self::cuda(number),
            DeviceChoice::Auto => Ok(Self::working().next().unwrap_or(Self::Cpu)),
        }
    }

    /// Opens all the devices that are asked for; one at least.
    ///
    /// # Errors
    ///
    /// Why one of them cannot be used, and what to do about it.
    pub fn all(choice: DeviceChoice) -> Result<Vec<Self>, DeviceError> {
        match choice {
            DeviceChoice::AnyCuda => Self::every_cuda(),
            DeviceChoice::Auto => {
                let mut working: Vec<_> = Self::working().collect();
                if working.is_empty() {
                    working.push(Self::Cpu);
                }
                Ok(working)
            }
            one => Ok(vec![Self::open(one)?]),
        }
    }

    #[cfg(feature = "cuda")]
    fn cuda(number: u32) -> Result<Self, DeviceError> {
        CudaDevice::open(number).map(Self::Cuda)
    }

    #[cfg(not(feature = "cuda"))]
    fn cuda(number: u32) -> Result<Self, DeviceError> {
        let wanted = Device::Cuda(number).to_string().into();
        Err(DeviceError::NotBuiltIn { wanted })
    }

    fn every_cuda() -> Result<Vec<Self>, DeviceError> {
        (0..Self::count()?).map(Self::cuda).collect()
    }

    /// The CUDA devices that can be opened; why others cannot is logged.
    fn working() -> impl Iterator<Item = Self> {
        let count = Self::count().unwrap_or_else(|error| {
            tracing::info!(%error, "the processor is used");
            0
        });
        (0..count).filter_map(|number| {
            let opened = Self::cuda(number);
            let failed = |error| tracing::warn!(number, %error, "a device is not used");
            opened.map_err(failed).ok()
        })
    }

    #[cfg(feature = "cuda")]
    fn count() -> Result<u32, DeviceError> {
        CudaDevice::count()
    }

    #[cfg(not(feature = "cuda"))]
    fn count() -> Result<u32, DeviceError> {
        let wanted = DeviceChoice::AnyCuda.to_string().into();
        Err(DeviceError::NotBuiltIn { wanted })
    }

    /// Returns which device it is.
    pub fn device(&self) -> Device {
        match self {
            Self::Cpu => Device::Cpu,
            #[cfg(feature = "cuda")]
            Self::Cuda(device) => device.device(),
        }
    }

    /// Returns the CUDA device, if it is one.
    #[cfg(feature = "cuda")]
    pub fn as_cuda(&self) -> Option<CudaDevice> {
        match self {
            Self::Cpu => None,
            Self::Cuda(device) => Some(device.clone()),
        }
    }

    /// Brings a tensor to the device; in host memory it is not copied.
    ///
    /// A copy blocks until it is done.
    ///
    /// # Errors
    ///
    /// [`DeviceError::OutOfMemory`], or what else kept the device from it.
    pub fn put(&self, tensor: Tensor) -> Result<DeviceTensor, DeviceError> {
        match self {
            Self::Cpu => Ok(tensor.into()),
            #[cfg(feature = "cuda")]
            Self::Cuda(device) => device.put(&tensor),
        }
    }

    /// Brings all tensors to the device, with their names.
    ///
    /// # Errors
    ///
    /// Those of [`put`](Self::put).
    pub fn put_all(&self, tensors: Tensors) -> Result<DeviceTensors, DeviceError> {
        tensors
            .into_iter()
            .map(|(name, tensor)| Ok((name, self.put(tensor)?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_tensors_are_not_copied_to_the_processor() {
        let numbers = vec![1_u8, 2, 3];
        let place = numbers.as_ptr();
        let tensor = Tensor::new([3], numbers).unwrap();

        let there = OpenDevice::Cpu.put_all(Tensors::new().with("x", tensor));
        let there = there.unwrap();
        let x = there.get("x").unwrap().as_slice::<u8>().unwrap();
        assert_eq!(x.as_ptr(), place);
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn without_the_feature_the_error_says_how_to_build_it() {
        let error = OpenDevice::open(DeviceChoice::Cuda(1)).unwrap_err();

        assert_eq!(
            error.to_string(),
            "cuda:1 was asked for, but the program was built without the feature `cuda`; \
             build it with `--features cuda`, or choose `cpu`",
        );
        assert!(OpenDevice::all(DeviceChoice::AnyCuda).is_err());
    }
}
