use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::{each, made};
use super::per_device::PerDevice;
use crate::device::{DeviceTensors, ops};
use crate::graph::Outlet;
use crate::message::Tensor;
use crate::stage::{Identified, Stage};

/// Puts `(x - mean) / deviation` into each batch, each column with its own.
///
/// See [`ops::normalise`].
///
/// # Errors
///
/// A batch that lacks the tensor, or whose rows have another number of elements,
/// is a dead letter. As many means as deviations are needed, and no deviation may
/// be zero; else the stage is refused before the run starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Normalise {
    /// The tensor that is read.
    #[builder(setter(into))]
    pub input: String,
    /// What is taken off, one number for each column.
    #[schemars(length(min = 1))]
    pub mean: Vec<f32>,
    /// What is divided by, one number for each column.
    #[schemars(length(min = 1))]
    pub deviation: Vec<f32>,
    /// What the result is called; it takes the place of `input` if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(default, setter(strip_option, into))]
    pub output: Option<String>,
}

crate::register!(stage Normalise: DeviceTensors);

impl Identified for Normalise {
    const ID: &'static str = "normalise";
}

impl Stage<DeviceTensors> for Normalise {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        if let Some(reason) = self.unfit() {
            input.refuse(reason);
        }
        let mut constants = PerDevice::default();
        each(Self::ID, input, move |batch| {
            let x = batch.get(&self.input)?;
            let (mean, deviation) = constants.at(x, |device| {
                let put =
                    |numbers: &[f32]| device.put(Tensor::new([numbers.len()], numbers.to_vec())?);
                Ok((put(&self.mean)?, put(&self.deviation)?))
            })?;
            let y = ops::normalise(x, mean, deviation)?;
            made(batch, &self.input, self.output.as_deref(), y);
            Ok(())
        })
    }
}

impl Normalise {
    /// Why the options contradict each other.
    fn unfit(&self) -> Option<String> {
        let (means, deviations) = (self.mean.len(), self.deviation.len());
        if means != deviations {
            return Some(format!(
                "there are {means} means and {deviations} deviations: give one of each for each \
                 column"
            ));
        }
        let unusable = |number: &f32| *number == 0.0 || !number.is_finite();
        let column = self.deviation.iter().position(unusable)?;
        let deviation = self.deviation[column];
        Some(format!(
            "the deviation of column {column} is {deviation}, which cannot be divided by: give 1 \
             for a column that never varies"
        ))
    }
}
