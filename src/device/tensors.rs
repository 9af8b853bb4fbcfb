use tokio::sync::OwnedSemaphorePermit;

use super::{Device, DeviceError, DeviceTensor};
use crate::message::{Named, Tensors};

/// Device tensors with names, in the order in which they were put in.
///
/// What passes between nodes that compute on a device. It is not the
/// [`Tensors`] of host memory: a stage that reads those cannot follow one that
/// gives these.
///
/// # Examples
///
/// ```
/// use millpond::device::{DeviceTensor, DeviceTensors};
/// use millpond::message::Tensor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let x = DeviceTensor::from(Tensor::new([2], vec![0.5_f32, 1.5])?);
/// let batch = DeviceTensors::new().with("x", x);
///
/// assert_eq!(batch.rows(), Some(2));
/// assert_eq!(batch.into_host()?.get("x")?.row::<f32>(1)?, [1.5]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct DeviceTensors {
    named: Named<DeviceTensor>,
    /// Given back once nothing of the batch is on the device any more.
    room: Option<OwnedSemaphorePermit>,
}

impl DeviceTensors {
    /// Makes an empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Holds room on the device until the batch is dropped or back.
    pub(crate) fn holding(mut self, room: OwnedSemaphorePermit) -> Self {
        self.room = Some(room);
        self
    }

    /// Puts a tensor in; gives back the one that had this name.
    pub fn insert(
        &mut self,
        name: impl Into<String>,
        tensor: DeviceTensor,
    ) -> Option<DeviceTensor> {
        self.named.insert(name, tensor)
    }

    /// Puts a tensor in and returns the set, in place of one that had this name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, tensor: DeviceTensor) -> Self {
        self.insert(name, tensor);
        self
    }

    /// Returns the tensor of this name.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Tensor`] if there is none.
    pub fn get(&self, name: &str) -> Result<&DeviceTensor, DeviceError> {
        self.named.get(name).map_err(DeviceError::Tensor)
    }

    /// Takes the tensor of this name out.
    ///
    /// # Errors
    ///
    /// [`DeviceError::Tensor`] if there is none.
    pub fn remove(&mut self, name: &str) -> Result<DeviceTensor, DeviceError> {
        self.named.remove(name).map_err(DeviceError::Tensor)
    }

    /// Returns how many rows each tensor has, if there are tensors and they agree.
    pub fn rows(&self) -> Option<usize> {
        self.named.agreed(DeviceTensor::rows)
    }

    /// Returns where all of them live, if there are tensors and they agree.
    pub fn device(&self) -> Option<Device> {
        self.named.agreed(DeviceTensor::device)
    }

    /// Lists the tensors with their names, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &DeviceTensor)> {
        self.named.iter()
    }

    /// Returns how many tensors there are.
    pub fn len(&self) -> usize {
        self.named.len()
    }

    /// Tells whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// Brings all tensors to host memory; those that are there are not copied.
    ///
    /// # Errors
    ///
    /// What kept the device from computing or copying one.
    pub fn into_host(self) -> Result<Tensors, DeviceError> {
        let Self { named, room } = self;
        let here = named
            .into_iter()
            .map(|(name, tensor)| Ok((name, tensor.into_host()?)))
            .collect();
        drop(room);
        here
    }
}

/// Keeps the tensors in host memory; nothing is copied.
impl From<Tensors> for DeviceTensors {
    fn from(tensors: Tensors) -> Self {
        let named = tensors.into_iter();
        named
            .map(|(name, tensor)| (name, DeviceTensor::from(tensor)))
            .collect()
    }
}

impl<N: Into<String>> FromIterator<(N, DeviceTensor)> for DeviceTensors {
    fn from_iter<I: IntoIterator<Item = (N, DeviceTensor)>>(named: I) -> Self {
        Self {
            named: named.into_iter().collect(),
            room: None,
        }
    }
}

impl IntoIterator for DeviceTensors {
    type Item = (String, DeviceTensor);
    type IntoIter = std::vec::IntoIter<(String, DeviceTensor)>;

    fn into_iter(self) -> Self::IntoIter {
        self.named.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Tensor;

    fn rows(rows: usize) -> DeviceTensor {
        Tensor::zeros::<f32>(rows, &[2]).unwrap().into()
    }

    #[test]
    fn a_tensor_takes_the_place_of_one_with_its_name() {
        let mut tensors = DeviceTensors::new().with("a", rows(1)).with("b", rows(2));

        assert_eq!(tensors.rows(), None);
        assert_eq!(tensors.insert("b", rows(1)).map(|old| old.rows()), Some(2));
        assert_eq!((tensors.len(), tensors.rows()), (2, Some(1)));
        assert_eq!(tensors.device(), Some(Device::Cpu));
    }

    #[test]
    fn a_name_that_is_not_there_is_named() {
        let mut tensors = DeviceTensors::new().with("a", rows(1));

        assert!(tensors.remove("a").is_ok());
        let error = tensors.remove("a").unwrap_err();
        assert_eq!(error.to_string(), "no tensor is named `a`");
        assert!(tensors.is_empty());
    }

    #[test]
    fn host_tensors_keep_their_names_and_order() {
        let host: Tensors = ["z", "a"]
            .map(|name| (name, Tensor::zeros::<u8>(3, &[]).unwrap()))
            .into_iter()
            .collect();

        assert_eq!(DeviceTensors::from(host.clone()).into_host().unwrap(), host);
    }
}
