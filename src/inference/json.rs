//! The stage that runs models, for those who use it by its options.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use typed_builder::TypedBuilder;

use super::rows::{Filled, JsonColumns, Taken};
use super::{Backend, Infer, InferInputs, Model, OpenError};
use crate::device::DeviceChoice;
use crate::graph::{Cost, Outlet};
use crate::message::ElementType;
use crate::stage::config::{Selected, duration, exists};
use crate::stage::{Identified, Stage};

/// Runs a model on JSON messages, and puts what it gives into them.
///
/// The model is a file of `XGBoost` (JSON), `LightGBM` (text), safetensors
/// (networks of dense layers; feature `dense`) or ONNX (feature `onnx`, or
/// `dense` for dense layers).
///
/// Each input of the model is filled from a field of the message that holds a
/// list of numbers, nested or flat; each output is put into a field as a flat
/// list. A field is called as the model calls the tensor, unless `inputs` or
/// `outputs` say otherwise: `bytes=data.raw` fills the input `bytes` from the
/// field `data.raw`, and `scores=target_label` puts the output `target_label`
/// into the field `scores`. Numbers that JSON cannot hold become `null`. Trees take a
/// field `features`, in which `null` is what is missing.
///
/// Messages are run in batches that form across them, on threads of the
/// model's own, and come out in order.
///
/// # Errors
///
/// A message that lacks a field, or whose numbers do not fit the model, is a
/// dead letter; so are all of a batch that the model fails on. A file that is
/// no model, an input or output that the model does not have, and an input
/// with dimensions of any size beside the rows refuse the stage before the run
/// starts.
///
/// # Examples
///
/// ```no_run
/// use millpond::Pipeline;
/// use millpond::inference::InferJson;
/// use millpond::stages::{FromFile, ParseJson, ToFile};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scores = InferJson::builder()
///     .model("model.onnx")
///     .inputs(vec!["bytes=tokens".parse()?])
///     .outputs(vec!["scores=target_label".parse()?])
///     .build();
/// Pipeline::named("score")
///     .source(FromFile::new("samples.jsonl"))
///     .stage(ParseJson::default())
///     .stage(scores)
///     .sink(ToFile::json_lines("scores.jsonl"))
///     .run()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[builder(field_defaults(default))]
#[non_exhaustive]
pub struct InferJson {
    /// The model file.
    #[schemars(extend("x-millpond-exists" = "file"))]
    #[builder(!default, setter(into))]
    pub model: PathBuf,
    /// Where inputs are found, each `input=field`; those left out, under their own names.
    #[serde(default)]
    pub inputs: Vec<Selected>,
    /// Where outputs go, each `field=output`; if none is named, all go under their own names.
    #[serde(default)]
    pub outputs: Vec<Selected>,
    /// A batch holds at most so many messages.
    #[serde(default = "eight")]
    #[builder(default = eight())]
    pub max_items: NonZeroUsize,
    /// A message waits so long at most for the others of its batch.
    #[serde(default = "five_millis", with = "duration")]
    #[schemars(schema_with = "duration::schema")]
    #[builder(default = five_millis())]
    pub max_wait: Duration,
    /// How many threads run the model; one for each processor if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(setter(strip_option))]
    pub threads: Option<NonZeroUsize>,
    /// What runs the model: `cpu`, `cuda`, `cuda:N`, or `auto`.
    #[serde(default)]
    pub device: DeviceChoice,
    /// A batch without an answer is given up after this time; without it, it is waited for.
    #[serde(
        default,
        with = "duration::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "duration::schema")]
    #[builder(setter(strip_option))]
    pub time_limit: Option<Duration>,
}

fn eight() -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(7)
}

fn five_millis() -> Duration {
    Duration::from_millis(5)
}

impl InferJson {
    /// Where each input of the model is found, and where outputs go.
    ///
    /// # Errors
    ///
    /// A sentence for each name that the model does not know, and for each
    /// input that no row can be made for.
    fn columns(&self, model: &Model) -> Result<(Vec<Taken>, JsonColumns), Vec<String>> {
        let signature = model.signature();
        let (inputs, mut errors) =
            Taken::all(&self.inputs, &signature.inputs, model.takes_missing());
        let (outputs, unknown) = JsonColumns::all(&self.outputs, &signature.outputs);
        errors.extend(unknown);
        if errors.is_empty() {
            Ok((inputs, outputs))
        } else {
            Err(errors)
        }
    }

    fn load(&self) -> Result<Model, OpenError> {
        let model = Model::open_on(&self.model, self.device)?;
        Ok(match self.threads {
            Some(threads) => model.threads(threads),
            None => model,
        })
    }
}

impl Identified for InferJson {
    const ID: &'static str = "infer";
    /// Lists of thousands of numbers are taken apart.
    const COST: Cost = Cost::Heavy;
}

crate::register!(stage InferJson: Value);

impl Stage<Value> for InferJson {
    type Out = Value;

    fn build(self, input: Outlet<Value>) -> Outlet<Value> {
        if let Some(reason) = exists::not_a_file(&self.model) {
            input.refuse(reason);
            return input;
        }
        let loaded = self
            .load()
            .map_err(|error| super::error::with_causes(&error));
        let columns = loaded.and_then(|model| match self.columns(&model) {
            Ok(columns) => Ok((model, columns)),
            Err(errors) => Err(errors.join("; ")),
        });
        let (model, (inputs, outputs)) = match columns {
            Ok(columns) => columns,
            Err(reason) => {
                input.refuse(reason);
                return input;
            }
        };
        let inputs: Arc<[Taken]> = inputs.into();
        let taken = Arc::clone(&inputs);
        let (filled, _counted_and_logged) = input.try_node("fill", move |messages| {
            messages.map(move |message| Filled::from(message, &taken))
        });
        let fields = outputs.fields();
        let infer = fill(Infer::with(model), &inputs)
            .outputs(outputs, move |filled: Filled, given| {
                filled.with(&fields, given)
            });
        let mut infer = infer.batch(self.max_items.get(), self.max_wait);
        if let Some(limit) = self.time_limit {
            infer = infer.time_limit(limit);
        }
        let (answered, _counted_and_logged) = infer.nodes(filled);
        answered
    }
}

/// Declares an input of the stage for each that is taken from a message.
fn fill(mut infer: InferInputs<Model, Filled>, inputs: &[Taken]) -> InferInputs<Model, Filled> {
    for (index, taken) in inputs.iter().enumerate() {
        let (name, shape) = (taken.input(), taken.row_shape());
        infer = match taken.element() {
            ElementType::U8 => infer.input(name, shape, move |f: &Filled| f.row::<u8>(index)),
            ElementType::I32 => infer.input(name, shape, move |f: &Filled| f.row::<i32>(index)),
            ElementType::I64 => infer.input(name, shape, move |f: &Filled| f.row::<i64>(index)),
            ElementType::F32 => infer.input(name, shape, move |f: &Filled| f.row::<f32>(index)),
            ElementType::F64 => infer.input(name, shape, move |f: &Filled| f.row::<f64>(index)),
        };
    }
    infer
}
