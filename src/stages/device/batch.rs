use crate::device::{DeviceError, DeviceTensor, DeviceTensors};
use crate::graph::Outlet;

/// Adds a node that changes each batch; one that it cannot change becomes a
/// dead letter.
pub(super) fn each(
    id: &'static str,
    input: Outlet<DeviceTensors>,
    mut change: impl FnMut(&mut DeviceTensors) -> Result<(), DeviceError> + Send + 'static,
) -> Outlet<DeviceTensors> {
    let (changed, _counted_and_logged) = input.try_node(id, move |batches| {
        batches.map(move |mut batch: DeviceTensors| change(&mut batch).map(|()| batch))
    });
    changed
}

/// Puts what was made of `input` under the name `output`, or in its place.
pub(super) fn made(
    batch: &mut DeviceTensors,
    input: &str,
    output: Option<&str>,
    tensor: DeviceTensor,
) {
    batch.insert(output.unwrap_or(input), tensor);
}
