use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use typed_builder::TypedBuilder;

use crate::graph::{Cost, Outlet};
use crate::message::{Element, Tensor, TensorError, Tensors};
use crate::stage::config::{FieldPath, Selected};
use crate::stage::{Identified, Stage};

/// Makes tensors of JSON messages, one row of each tensor for each message.
///
/// It follows `batch`: the messages of one vector become one batch. A field
/// holds a number or a list of numbers, nested or flat, and is as long in all
/// messages of a batch. `x=data.features` makes a tensor `x` of the field
/// `data.features`. What no tensor is made of is left behind; a number of one's
/// own, such as an id, may travel along as a tensor.
///
/// # Errors
///
/// A vector in which a message lacks a field, or whose fields are no numbers
/// or are not of one length, is a dead letter. Without any field, or with two
/// tensors of one name, the stage is refused before the run starts.
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::message::Tensors;
/// use millpond::stages::{Batch, FromIter, TensorsFromJson};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tensors = TensorsFromJson::builder()
///     .floats(vec!["x=features".parse()?])
///     .integers(vec!["id".parse()?])
///     .build();
/// let messages = [json!({ "id": 7, "features": [0.5, 1] }), json!({ "id": 8, "features": [2, 3] })];
/// let (kept, mut batches) = tokio::sync::mpsc::channel(1);
/// Pipeline::named("tensors")
///     .source(FromIter::new(messages))
///     .stage(Batch::default())
///     .stage(tensors)
///     .for_each("keep", move |batch: Tensors| kept.try_send(batch).unwrap())
///     .run()
///     .await?;
///
/// let batch = batches.recv().await.unwrap();
/// assert_eq!(batch.get("x")?.row::<f32>(1)?, [2.0, 3.0]);
/// assert_eq!(batch.get("id")?.as_slice::<i32>()?, [7, 8]);
/// # Ok(())
/// # }
/// ```
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder,
)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[builder(field_defaults(default))]
#[non_exhaustive]
pub struct TensorsFromJson {
    /// The tensors of `f32`, each `name=field`, such as `x=data.features`.
    pub floats: Vec<Selected>,
    /// The tensors of `i32`, each `name=field`, such as `seq_ids=message`.
    pub integers: Vec<Selected>,
}

/// Messages that no tensors can be made of.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotTensors {
    /// A message lacks a field.
    #[error("message {index} of the batch has no field `{field}`")]
    Missing {
        /// The field.
        field: FieldPath,
        /// Which message of the batch, counted from zero.
        index: usize,
    },
    /// A field holds something else than numbers that a tensor can hold.
    #[error("field `{field}` of message {index} of the batch holds `{found}`, not {wanted}")]
    NoNumber {
        /// The field.
        field: FieldPath,
        /// Which message of the batch, counted from zero.
        index: usize,
        /// What was found.
        found: String,
        /// What was looked for.
        wanted: &'static str,
    },
    /// Two messages of a batch differ in length.
    #[error(
        "field `{field}` of message {index} of the batch holds {found} numbers, the first {wanted}"
    )]
    Length {
        /// The field.
        field: FieldPath,
        /// Which message of the batch, counted from zero.
        index: usize,
        /// How many numbers it holds.
        found: usize,
        /// How many the first message holds.
        wanted: usize,
    },
    /// The numbers make no tensor.
    #[error(transparent)]
    Tensor(#[from] TensorError),
}

impl TensorsFromJson {
    fn batch(&self, messages: &[Value]) -> Result<Tensors, NotTensors> {
        let mut batch = Tensors::new();
        for field in &self.floats {
            let tensor = tensor(messages, &field.from, "a number", |number| {
                number.as_f64().map(nearest)
            })?;
            batch.insert(field.to.to_string(), tensor);
        }
        for field in &self.integers {
            let tensor = tensor(
                messages,
                &field.from,
                "a whole number of 32 bits",
                |number| {
                    number
                        .as_i64()
                        .and_then(|number| i32::try_from(number).ok())
                },
            )?;
            batch.insert(field.to.to_string(), tensor);
        }
        Ok(batch)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "models read 32 bits")]
fn nearest(number: f64) -> f32 {
    number as f32
}

/// A row of each message; a single number makes a tensor without dimensions
/// beside the rows.
fn tensor<E: Element>(
    messages: &[Value],
    field: &FieldPath,
    wanted: &'static str,
    read: impl Fn(&Value) -> Option<E>,
) -> Result<Tensor, NotTensors> {
    let mut numbers = Vec::new();
    let mut shape = vec![messages.len()];
    for (index, message) in messages.iter().enumerate() {
        let value = field.of(message).ok_or_else(|| NotTensors::Missing {
            field: field.clone(),
            index,
        })?;
        let before = numbers.len();
        flatten(value, &read, &mut numbers).map_err(|found| NotTensors::NoNumber {
            field: field.clone(),
            index,
            found,
            wanted,
        })?;
        let found = numbers.len() - before;
        if index == 0 && value.is_array() {
            shape.push(found);
        }
        let first = shape.get(1).copied().unwrap_or(1);
        if found != first {
            return Err(NotTensors::Length {
                field: field.clone(),
                index,
                found,
                wanted: first,
            });
        }
    }
    Ok(Tensor::new(shape, numbers)?)
}

/// Adds all numbers of a value, or tells which part of it is none.
fn flatten<E>(
    value: &Value,
    read: &impl Fn(&Value) -> Option<E>,
    numbers: &mut Vec<E>,
) -> Result<(), String> {
    if let Value::Array(values) = value {
        return values
            .iter()
            .try_for_each(|value| flatten(value, read, numbers));
    }
    numbers.push(read(value).ok_or_else(|| value.to_string())?);
    Ok(())
}

crate::register!(stage TensorsFromJson: Vec<Value>);

impl Identified for TensorsFromJson {
    const ID: &'static str = "tensors-from-json";
    /// Lists of thousands of numbers are taken apart.
    const COST: Cost = Cost::Heavy;
}

impl Stage<Vec<Value>> for TensorsFromJson {
    type Out = Tensors;

    fn build(self, input: Outlet<Vec<Value>>) -> Outlet<Tensors> {
        let names: Vec<_> = self.floats.iter().chain(&self.integers).collect();
        if names.is_empty() {
            input.refuse("it makes no tensor: give `floats` or `integers`");
        }
        for (index, field) in names.iter().enumerate() {
            if names[..index].iter().any(|other| other.to == field.to) {
                input.refuse(format!("two tensors are called `{}`: rename one", field.to));
            }
        }
        let (batches, _counted_and_logged) = input.try_node(Self::ID, move |vectors| {
            vectors.map(move |messages: Vec<Value>| self.batch(&messages))
        });
        batches
    }
}
