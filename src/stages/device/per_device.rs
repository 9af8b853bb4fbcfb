use crate::device::{Device, DeviceError, DeviceTensor, OpenDevice};

/// Something that is made once for each device that tensors come from.
pub(super) struct PerDevice<T> {
    // There are few, and mostly one.
    made: Vec<(Device, T)>,
}

impl<T> Default for PerDevice<T> {
    fn default() -> Self {
        Self { made: Vec::new() }
    }
}

impl<T> PerDevice<T> {
    /// Returns what was made for the place of `x`, or makes it now.
    pub(super) fn at(
        &mut self,
        x: &DeviceTensor,
        make: impl FnOnce(&OpenDevice) -> Result<T, DeviceError>,
    ) -> Result<&T, DeviceError> {
        let place = x.device();
        let known = self.made.iter().position(|(device, _)| *device == place);
        let index = known.unwrap_or(self.made.len());
        if known.is_none() {
            self.made.push((place, make(&home(x))?));
        }
        Ok(&self.made[index].1)
    }
}

#[cfg(feature = "cuda")]
fn home(x: &DeviceTensor) -> OpenDevice {
    x.as_cuda()
        .map_or(OpenDevice::Cpu, |x| OpenDevice::Cuda(x.home().clone()))
}

#[cfg(not(feature = "cuda"))]
fn home(_: &DeviceTensor) -> OpenDevice {
    OpenDevice::Cpu
}
