use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use typed_builder::TypedBuilder;

use super::batch::{each, made};
use crate::device::{DeviceTensors, ops};
use crate::graph::Outlet;
use crate::stage::{Identified, Stage};

/// Puts the largest row of each message into each batch, element by element.
///
/// Row `r` belongs to the message whose number `seq-ids` holds at `r`. The result
/// has a row for each row of the input, of which the first is that of message 0;
/// those of numbers that no row has hold minus infinity. See [`ops::row_max`].
///
/// # Errors
///
/// A batch that lacks a tensor, or whose tensors do not fit, is a dead letter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct RowMax {
    /// The tensor that is read.
    #[builder(setter(into))]
    pub input: String,
    /// The tensor of message numbers.
    #[builder(setter(into))]
    pub seq_ids: String,
    /// What the result is called; it takes the place of `input` if this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(default, setter(strip_option, into))]
    pub output: Option<String>,
}

crate::register!(stage RowMax: DeviceTensors);

impl Identified for RowMax {
    const ID: &'static str = "row-max";
}

impl Stage<DeviceTensors> for RowMax {
    type Out = DeviceTensors;

    fn build(self, input: Outlet<DeviceTensors>) -> Outlet<DeviceTensors> {
        each(Self::ID, input, move |batch| {
            let y = {
                let x = batch.get(&self.input)?;
                ops::row_max(x, batch.get(&self.seq_ids)?, x.rows())?
            };
            made(batch, &self.input, self.output.as_deref(), y);
            Ok(())
        })
    }
}
