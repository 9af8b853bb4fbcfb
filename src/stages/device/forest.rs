use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::each;
use super::per_device::PerDevice;
use crate::device::DeviceTensors;
use crate::graph::{Cost, Outlet};
use crate::inference::forest::PlacedForest;
use crate::stage::{Identified, Stage};

/// Puts the margins that a forest gives for a tensor into each batch.
///
/// The model is a file of `XGBoost` (JSON) or `LightGBM` (text), see
/// [`PlacedForest`]. It runs where the batch lives; the first batch on a device
/// copies the trees there. NaN stands for what is missing. The margins are `f32`
/// with `XGBoost`, and `softmax` or `sigmoid-threshold` makes probabilities of
/// them. With `LightGBM` they are `f64`, of which a stage of your own makes
/// probabilities after `to-host`; a backend such as `Forest` makes them itself.
///
/// # Errors
///
/// A batch that lacks the tensor, or whose rows have another number of features,
/// is a dead letter. A file that is no such model refuses the stage before the run
/// starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ForestMargins {
    /// The file of the model.
    #[schemars(extend("x-millpond-exists" = "file"))]
    #[builder(setter(into))]
    pub model: PathBuf,
    /// The tensor that is read.
    #[serde(default = "features")]
    #[builder(default = features(), setter(into))]
    pub input: String,
    /// What the result is called.
    #[serde(default = "margin")]
    #[builder(default = margin(), setter(into))]
    pub output: String,
}

fn features() -> String {
    "features".to_owned()
}

fn margin() -> String {
    "margin".to_owned()
}

crate::register!(stage ForestMargins: DeviceTensors);

impl Identified for ForestMargins {
    const ID: &'static str = "forest";
    const COST: Cost = Cost::Heavy;
}

impl Stage<DeviceTensors> for ForestMargins {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        let forest = match PlacedForest::load(&self.model) {
            Ok(forest) => forest,
            Err(error) => {
                input.refuse(error.to_string());
                return input;
            }
        };
        let mut placed = PerDevice::default();
        each(Self::ID, input, move |batch| {
            let x = batch.get(&self.input)?;
            let y = placed.at(x, |device| forest.on(device))?.margins(x)?;
            batch.insert(&self.output, y);
            Ok(())
        })
    }
}
