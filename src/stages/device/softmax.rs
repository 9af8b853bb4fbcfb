use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::{each, made};
use crate::device::{DeviceTensors, ops};
use crate::graph::Outlet;
use crate::stage::{Identified, Stage};

/// Puts the softmax of a tensor into each batch, along its last dimension.
///
/// See [`ops::softmax`].
///
/// # Errors
///
/// A batch that lacks a tensor, or whose tensors do not fit, is a dead letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Softmax {
    /// The tensor that is read.
    #[builder(setter(into))]
    pub input: String,
    /// What the result is called; it takes the place of `input` if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(default, setter(strip_option, into))]
    pub output: Option<String>,
}

crate::register!(stage Softmax: DeviceTensors);

impl Identified for Softmax {
    const ID: &'static str = "softmax";
}

impl Stage<DeviceTensors> for Softmax {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        each(Self::ID, input, move |batch| {
            let y = ops::softmax(batch.get(&self.input)?)?;
            made(batch, &self.input, self.output.as_deref(), y);
            Ok(())
        })
    }
}
