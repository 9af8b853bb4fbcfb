use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::each;
use super::per_device::PerDevice;
use crate::device::DeviceTensors;
use crate::graph::{Cost, Outlet};
use crate::inference::DenseNet;
use crate::stage::{Identified, Stage};

/// Puts what a network of dense layers makes of a tensor into each batch.
///
/// The model is a safetensors or ONNX file, see [`DenseNet`]. It runs where the
/// batch lives; the first batch on a device copies the weights there.
///
/// # Errors
///
/// A batch that lacks the tensor, or whose rows have another number of elements,
/// is a dead letter. A file that is no such model refuses the stage before the run
/// starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct DenseLayers {
    /// The file of the model.
    #[schemars(extend("x-millpond-exists" = "file"))]
    #[builder(setter(into))]
    pub model: PathBuf,
    /// The tensor that is read; as the model calls it if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(default, setter(strip_option, into))]
    pub input: Option<String>,
    /// What the result is called; as the model calls it if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(default, setter(strip_option, into))]
    pub output: Option<String>,
}

crate::register!(stage DenseLayers: DeviceTensors);

impl Identified for DenseLayers {
    const ID: &'static str = "dense";
    const COST: Cost = Cost::Heavy;
}

impl Stage<DeviceTensors> for DenseLayers {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        let net = match DenseNet::load(&self.model) {
            Ok(net) => net,
            Err(error) => {
                input.refuse(error.to_string());
                return input;
            }
        };
        let name = |given: Option<String>, own: &str| given.unwrap_or_else(|| own.to_owned());
        let (from, to) = (
            name(self.input, net.input()),
            name(self.output, net.output()),
        );
        let mut nets = PerDevice::default();
        each(Self::ID, input, move |batch| {
            let x = batch.get(&from)?;
            let y = nets.at(x, |device| net.on(device))?.run(x)?;
            batch.insert(&to, y);
            Ok(())
        })
    }
}
