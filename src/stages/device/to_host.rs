use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use crate::device::DeviceTensors;
use crate::graph::{Cost, Outlet};
use crate::message::Tensors;
use crate::stage::{Identified, Stage};

/// Brings batches of tensors back to host memory.
///
/// It waits until the device has computed each. Batches that are in host memory
/// are not copied.
///
/// # Errors
///
/// A batch that the device could not compute or copy is a dead letter.
///
/// # Examples
///
/// See [`ToDevice`](super::ToDevice).
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder,
)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ToHost {}

crate::register!(stage ToHost: DeviceTensors);

impl Identified for ToHost {
    const ID: &'static str = "to-host";
    const COST: Cost = Cost::Blocking;
}

impl Stage<DeviceTensors> for ToHost {
    type Out = Tensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<Tensors> {
        let (here, _counted_and_logged) = input.try_node(Self::ID, move |batches| {
            batches.map(DeviceTensors::into_host)
        });
        here
    }
}

impl Outlet<DeviceTensors> {
    /// Brings batches back to host memory: the stage [`ToHost`].
    ///
    /// What reads host memory does not follow an outlet of device tensors
    /// without it:
    ///
    /// ```compile_fail,E0277
    /// # use millpond::{device::DeviceTensors, graph::Outlet, stages::TensorsToJson};
    /// # use serde_json::Value;
    /// fn wrong(scores: Outlet<DeviceTensors>) -> Outlet<Value> {
    ///     scores.stage(TensorsToJson::default())
    ///     // stage `TensorsToJson` does not accept `DeviceTensors` messages
    /// }
    /// ```
    ///
    /// ```
    /// # use millpond::{device::DeviceTensors, graph::Outlet, stages::TensorsToJson};
    /// # use serde_json::Value;
    /// fn right(scores: Outlet<DeviceTensors>) -> Outlet<Value> {
    ///     scores.to_host().stage(TensorsToJson::default())
    /// }
    /// ```
    pub fn to_host(self) -> Outlet<Tensors> {
        self.stage(ToHost::default())
    }
}
