use std::num::NonZeroUsize;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use typed_builder::TypedBuilder;

use crate::device::{DeviceChoice, DeviceError, DeviceTensors, OpenDevice};
use crate::graph::{Cost, Outlet};
use crate::message::Tensors;
use crate::stage::{Identified, Stage};

/// Brings batches of tensors to a device, where the stages after it run.
///
/// On the CPU nothing is copied, and the same stages give the same results
/// there. [`ToHost`](super::ToHost) brings them back.
///
/// # Backpressure
///
/// At most `batches` of them are on the device at once. The next one waits in
/// host memory until one of those has come back or was dropped, so that the
/// edges between the stages there cannot fill the memory of the device. A stage
/// there that gathers more of them than that waits for ever.
///
/// # Errors
///
/// A device that cannot be opened refuses the stage before the run starts. A
/// batch for which it has no memory is a dead letter.
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::message::{Tensor, Tensors};
/// use millpond::stages::{FromIter, SigmoidThreshold, ToDevice, ToHost};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let margins = Tensors::new().with("y", Tensor::new([2], vec![-3.0_f32, 3.0])?);
/// let marks = SigmoidThreshold::builder().input("y").output("alert").build();
/// let (kept, mut batches) = tokio::sync::mpsc::channel(1);
/// Pipeline::named("alerts")
///     .source(FromIter::new([margins]))
///     .stage(ToDevice::default())
///     .stage(marks)
///     .stage(ToHost::default())
///     .for_each("keep", move |batch: Tensors| kept.try_send(batch).unwrap())
///     .run()
///     .await?;
///
/// let batch = batches.recv().await.unwrap();
/// assert_eq!(batch.get("alert")?.as_slice::<u8>()?, [0, 1]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[non_exhaustive]
pub struct ToDevice {
    /// Which device: `cpu`, `cuda`, `cuda:1`, or `auto` for the first that works.
    #[builder(default)]
    pub device: DeviceChoice,
    /// So many batches at most are there at once.
    #[builder(default = eight())]
    pub batches: NonZeroUsize,
}

fn eight() -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(7)
}

impl Default for ToDevice {
    fn default() -> Self {
        Self::builder().build()
    }
}

crate::register!(stage ToDevice: Tensors);

impl Identified for ToDevice {
    const ID: &'static str = "to-device";
    const COST: Cost = Cost::Blocking;
}

impl Stage<Tensors> for ToDevice {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<Tensors>) -> Outlet<DeviceTensors> {
        let device = match OpenDevice::open(self.device) {
            Ok(device) => device,
            Err(error) => {
                input.refuse(error.to_string());
                OpenDevice::Cpu
            }
        };
        let room = Arc::new(Semaphore::new(self.batches.get()));
        let (there, _counted_and_logged) = input.try_node(Self::ID, move |batches| {
            batches.then(move |batch| {
                let (device, room) = (device.clone(), Arc::clone(&room));
                async move {
                    // Nobody closes it.
                    let room = room.acquire_owned().await.ok();
                    let there = device.put_all(batch)?;
                    Ok::<_, DeviceError>(match room {
                        Some(room) => there.holding(room),
                        None => there,
                    })
                }
            })
        });
        there
    }
}
