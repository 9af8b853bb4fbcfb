use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::{each, made};
use crate::device::{DeviceTensors, ops};
use crate::graph::Outlet;
use crate::stage::{Identified, Stage};

/// Puts a tensor with one element for each class into each batch, 1 at the code.
///
/// Codes count from zero; one that is no class leaves zeros. See
/// [`ops::one_hot`].
///
/// # Errors
///
/// A batch that lacks a tensor, or whose tensors do not fit, is a dead letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct OneHot {
    /// The tensor that is read.
    #[builder(setter(into))]
    pub input: String,
    /// How many classes there are.
    pub classes: NonZeroU32,
    /// What the result is called; it takes the place of `input` if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(default, setter(strip_option, into))]
    pub output: Option<String>,
}

crate::register!(stage OneHot: DeviceTensors);

impl Identified for OneHot {
    const ID: &'static str = "one-hot";
}

impl Stage<DeviceTensors> for OneHot {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        each(Self::ID, input, move |batch| {
            let y = ops::one_hot(batch.get(&self.input)?, self.classes)?;
            made(batch, &self.input, self.output.as_deref(), y);
            Ok(())
        })
    }
}
