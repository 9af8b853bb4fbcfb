use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::each;
use crate::device::{DeviceTensors, ops};
use crate::graph::Outlet;
use crate::stage::{Identified, Stage};

/// Turns a tensor into probabilities, and marks those above a threshold.
///
/// The sigmoid takes the place of the tensor, and the marks, 1 or 0, are put
/// beside it. See [`ops::sigmoid`] and [`ops::threshold`].
///
/// # Errors
///
/// A batch that lacks a tensor, or whose tensors do not fit, is a dead letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct SigmoidThreshold {
    /// The tensor that is read.
    #[builder(setter(into))]
    pub input: String,
    /// What the marks are called.
    #[builder(setter(into))]
    pub output: String,
    /// The probability above which there is a mark.
    #[serde(default = "half")]
    #[builder(default = half())]
    pub threshold: f32,
}

crate::register!(stage SigmoidThreshold: DeviceTensors);

impl Identified for SigmoidThreshold {
    const ID: &'static str = "sigmoid-threshold";
}

impl Stage<DeviceTensors> for SigmoidThreshold {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        each(Self::ID, input, move |batch| {
            let probabilities = ops::sigmoid(batch.get(&self.input)?)?;
            let marks = ops::threshold(&probabilities, self.threshold)?;
            batch.insert(&self.input, probabilities);
            batch.insert(&self.output, marks);
            Ok(())
        })
    }
}

fn half() -> f32 {
    0.5
}
