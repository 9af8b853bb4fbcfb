use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::each;
use crate::device::{DeviceTensors, ops};
use crate::graph::Outlet;
use crate::stage::{Identified, Stage};

/// Marks the elements of a tensor that are above a limit, with 1 or 0.
///
/// See [`ops::threshold`].
///
/// # Errors
///
/// A batch that lacks a tensor, or whose tensors do not fit, is a dead letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Threshold {
    /// The tensor that is read.
    #[builder(setter(into))]
    pub input: String,
    /// The limit.
    pub limit: f32,
    /// What the marks are called.
    #[builder(setter(into))]
    pub output: String,
}

crate::register!(stage Threshold: DeviceTensors);

impl Identified for Threshold {
    const ID: &'static str = "threshold";
}

impl Stage<DeviceTensors> for Threshold {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        each(Self::ID, input, move |batch| {
            let marks = ops::threshold(batch.get(&self.input)?, self.limit)?;
            batch.insert(&self.output, marks);
            Ok(())
        })
    }
}
