use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use typed_builder::TypedBuilder;

use crate::graph::{Cost, Outlet};
use crate::message::{Element, ElementType, Tensor, TensorError, Tensors};
use crate::stage::{Identified, Stage};

/// Makes a JSON message of each row of a batch of tensors.
///
/// Each tensor becomes a field of its name: a number if a row holds one
/// element and has no dimension, else a flat list. Numbers that JSON cannot
/// hold become `null`.
///
/// # Errors
///
/// A batch whose tensors differ in their rows, or that lacks one of those asked
/// for, is a dead letter.
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::message::{Tensor, Tensors};
/// use millpond::stages::{FromIter, TensorsToJson};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let batch = Tensors::new()
///     .with("id", Tensor::new([2], vec![7, 8])?)
///     .with("y", Tensor::new([2, 1], vec![0.5_f32, f32::NAN])?);
/// let (kept, mut messages) = tokio::sync::mpsc::channel(2);
/// Pipeline::named("messages")
///     .source(FromIter::new([batch]))
///     .stage(TensorsToJson::default())
///     .for_each("keep", move |message| kept.try_send(message).unwrap())
///     .run()
///     .await?;
///
/// assert_eq!(messages.recv().await, Some(json!({ "id": 7, "y": [0.5] })));
/// assert_eq!(messages.recv().await, Some(json!({ "id": 8, "y": [null] })));
/// # Ok(())
/// # }
/// ```
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder,
)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[builder(field_defaults(default))]
#[non_exhaustive]
pub struct TensorsToJson {
    /// The tensors that become fields; all of them if none is named.
    pub tensors: Vec<String>,
}

/// A batch of which no messages can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rows of tensor `{name}` cannot become messages: {cause}")]
pub struct NotRows {
    /// The tensor.
    pub name: String,
    /// What is wrong with it.
    pub cause: TensorError,
}

impl TensorsToJson {
    fn messages(&self, batch: &Tensors) -> Result<Vec<Value>, NotRows> {
        let chosen: Vec<_> = if self.tensors.is_empty() {
            batch.iter().map(|(name, _)| name).collect()
        } else {
            self.tensors.iter().map(String::as_str).collect()
        };
        let mut messages: Option<Vec<Map<String, Value>>> = None;
        for name in chosen {
            let fault = |cause| NotRows {
                name: name.to_owned(),
                cause,
            };
            let tensor = batch.get(name).map_err(fault)?;
            let rows = tensor.rows();
            let messages = messages.get_or_insert_with(|| vec![Map::new(); rows]);
            if messages.len() != rows {
                let row = messages.len().max(rows) - 1;
                let rows = messages.len().min(rows);
                return Err(fault(TensorError::NoSuchRow { row, rows }));
            }
            for (row, message) in messages.iter_mut().enumerate() {
                message.insert(name.to_owned(), value(tensor, row).map_err(fault)?);
            }
        }
        let messages = messages.unwrap_or_default().into_iter();
        Ok(messages.map(Value::Object).collect())
    }
}

fn value(tensor: &Tensor, row: usize) -> Result<Value, TensorError> {
    match tensor.element() {
        ElementType::U8 => numbers::<u8>(tensor, row),
        ElementType::I32 => numbers::<i32>(tensor, row),
        ElementType::I64 => numbers::<i64>(tensor, row),
        ElementType::F32 => numbers::<f32>(tensor, row),
        ElementType::F64 => numbers::<f64>(tensor, row),
    }
}

fn numbers<E: Element + Into<Value>>(tensor: &Tensor, row: usize) -> Result<Value, TensorError> {
    let elements = tensor.row::<E>(row)?;
    Ok(match elements {
        [one] if tensor.row_shape().is_empty() => (*one).into(),
        several => several.iter().copied().map(Into::into).collect(),
    })
}

crate::register!(stage TensorsToJson: Tensors);

impl Identified for TensorsToJson {
    const ID: &'static str = "tensors-to-json";
    /// Lists of thousands of numbers are put together.
    const COST: Cost = Cost::Heavy;
}

impl Stage<Tensors> for TensorsToJson {
    type Out = Value;

    fn build(self, input: Outlet<Tensors>) -> Outlet<Value> {
        let (messages, _counted_and_logged) = input.try_node(Self::ID, move |batches| {
            batches.flat_map_iter(move |batch: Tensors| match self.messages(&batch) {
                Ok(messages) => messages.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            })
        });
        messages
    }
}
