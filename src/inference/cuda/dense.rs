use super::DeviceModel;
use crate::device::{CudaDevice, DeviceError, DeviceTensors, OpenDevice};
use crate::inference::{DenseNet, Signature};

impl DeviceModel for DenseNet {
    type Loaded = Self;

    fn signature(&self) -> &Signature {
        self.signature()
    }

    fn bytes(&self) -> usize {
        let sizes = self
            .layers()
            .iter()
            .map(|layer| (layer.inputs() + 1) * layer.outputs());
        sizes.sum::<usize>() * size_of::<f32>()
    }

    fn load(&self, device: &CudaDevice) -> Result<Self, DeviceError> {
        self.on(&OpenDevice::Cuda(device.clone()))
    }

    fn run(&self, loaded: &Self, mut inputs: DeviceTensors) -> Result<DeviceTensors, DeviceError> {
        let y = loaded.run(&inputs.remove(self.input())?)?;
        Ok(DeviceTensors::new().with(self.output(), y))
    }

    fn is_repeatable(&self) -> bool {
        true
    }
}
