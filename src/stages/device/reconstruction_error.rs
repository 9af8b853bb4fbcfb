use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::each;
use crate::device::{DeviceTensors, ops};
use crate::graph::Outlet;
use crate::stage::{Identified, Stage};

/// Puts into each batch how far each row is from what a model made of it.
///
/// The mean squared difference, one element for each row. See
/// [`ops::reconstruction_error`].
///
/// # Errors
///
/// A batch that lacks a tensor, or whose tensors do not fit, is a dead letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ReconstructionError {
    /// The tensor that is read.
    #[builder(setter(into))]
    pub input: String,
    /// The tensor that was made of it.
    #[builder(setter(into))]
    pub rebuilt: String,
    /// What the result is called.
    #[builder(setter(into))]
    pub output: String,
}

crate::register!(stage ReconstructionError: DeviceTensors);

impl Identified for ReconstructionError {
    const ID: &'static str = "reconstruction-error";
}

impl Stage<DeviceTensors> for ReconstructionError {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        each(Self::ID, input, move |batch| {
            let rebuilt = batch.get(&self.rebuilt)?;
            let error = ops::reconstruction_error(batch.get(&self.input)?, rebuilt)?;
            batch.insert(&self.output, error);
            Ok(())
        })
    }
}
