use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::{each, made};
use crate::device::{DeviceTensors, ops};
use crate::graph::Outlet;
use crate::stage::{Identified, Stage};

/// Puts the mean over the tokens of each row that count into each batch.
///
/// See [`ops::masked_mean`].
///
/// # Errors
///
/// A batch that lacks a tensor, or whose tensors do not fit, is a dead letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct MaskedMean {
    /// The tensor that is read.
    #[builder(setter(into))]
    pub input: String,
    /// The tensor that holds 0 for each token that does not count.
    #[builder(setter(into))]
    pub mask: String,
    /// What the result is called; it takes the place of `input` if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(default, setter(strip_option, into))]
    pub output: Option<String>,
}

crate::register!(stage MaskedMean: DeviceTensors);

impl Identified for MaskedMean {
    const ID: &'static str = "masked-mean";
}

impl Stage<DeviceTensors> for MaskedMean {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        each(Self::ID, input, move |batch| {
            let y = ops::masked_mean(batch.get(&self.input)?, batch.get(&self.mask)?)?;
            made(batch, &self.input, self.output.as_deref(), y);
            Ok(())
        })
    }
}
