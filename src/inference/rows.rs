//! Rows of tensors out of JSON messages, and back into them.

use serde_json::Value;

use super::{Column, Dim, Mismatch, OutputColumns, TensorSpec};
use crate::message::{Element, ElementType, Tensor, TensorError, Tensors};
use crate::stage::config::{FieldPath, Selected};

/// An input of the model, and the field that it is taken from.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    field: FieldPath,
    spec: TensorSpec,
    row_shape: Vec<usize>,
    /// Whether a null is a number that is missing.
    takes_missing: bool,
}

/// A message with the rows that were taken from it.
#[derive(Debug)]
pub(super) struct Filled {
    message: Value,
    rows: Vec<Tensor>,
}

/// A message of which a model can read no row.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("field `{field}`, for the model's input `{input}`: {reason}")]
pub(super) struct NotARow {
    /// The field.
    field: FieldPath,
    /// The input that it was to fill.
    input: String,
    /// What is wrong with it.
    reason: String,
    /// The message.
    message: Box<Value>,
}

impl Taken {
    /// Finds a field for each input of the model, and what is wrong.
    pub(super) fn all(
        named: &[Selected],
        inputs: &[TensorSpec],
        takes_missing: bool,
    ) -> (Vec<Self>, Vec<String>) {
        let mut errors = unknown(
            named.iter().map(|one| one.to.to_string()),
            inputs,
            |name, offered| Mismatch::UnknownInput { name, offered },
        );
        let mut taken = Vec::new();
        for spec in inputs {
            let mut given = named.iter().filter(|one| one.to.to_string() == spec.name);
            let field = match given.next() {
                Some(one) => one.from.clone(),
                None => FieldPath::key(&spec.name),
            };
            if given.next().is_some() {
                let name = spec.name.clone();
                errors.push(Mismatch::Twice { name }.to_string());
            }
            let sizes = spec.shape.iter().skip(1).map(|dim| match dim {
                Dim::Fixed(size) => Some(*size),
                Dim::Rows | Dim::Free => None,
            });
            match sizes.collect() {
                Some(row_shape) => taken.push(Self {
                    field,
                    spec: spec.clone(),
                    row_shape,
                    takes_missing,
                }),
                None => errors.push(format!(
                    "the model takes `{spec}`, whose rows have any size: \
                     export it with sizes that are fixed, or run it from Rust"
                )),
            }
        }
        (taken, errors)
    }

    pub(super) fn input(&self) -> &str {
        &self.spec.name
    }

    pub(super) fn element(&self) -> ElementType {
        self.spec.element
    }

    pub(super) fn row_shape(&self) -> Vec<usize> {
        self.row_shape.clone()
    }

    fn row(&self, message: &Value) -> Result<Tensor, String> {
        let field = self.field.of(message).ok_or("the message lacks it")?;
        let wanted = self.row_shape.iter().product();
        match self.spec.element {
            ElementType::U8 => tensor(field, wanted, |n| u8::try_from(n.as_u64()?).ok()),
            ElementType::I32 => tensor(field, wanted, |n| i32::try_from(n.as_i64()?).ok()),
            ElementType::I64 => tensor(field, wanted, Value::as_i64),
            ElementType::F32 => tensor(field, wanted, |n| Some(narrowed(self.number(n)?))),
            ElementType::F64 => tensor(field, wanted, |n| self.number(n)),
        }
    }

    fn number(&self, value: &Value) -> Option<f64> {
        if self.takes_missing && value.is_null() {
            Some(f64::NAN)
        } else {
            value.as_f64()
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a model of f32 reads no more"
)]
fn narrowed(number: f64) -> f32 {
    number as f32
}

/// Makes a tensor of the numbers in a list, however it is nested.
fn tensor<E: Element>(
    field: &Value,
    wanted: usize,
    read: impl Fn(&Value) -> Option<E>,
) -> Result<Tensor, String> {
    let mut elements = Vec::with_capacity(wanted);
    let mut open = vec![std::slice::from_ref(field).iter()];
    while let Some(items) = open.last_mut() {
        match items.next() {
            None => drop(open.pop()),
            Some(Value::Array(items)) => open.push(items.iter()),
            Some(item) => match read(item) {
                Some(number) => elements.push(number),
                None => return Err(format!("{} is no {}", shortened(item), E::TYPE)),
            },
        }
    }
    let found = elements.len();
    if found != wanted {
        return Err(format!("it has {found} numbers, a row takes {wanted}"));
    }
    Tensor::new([found], elements).map_err(|error| error.to_string())
}

fn shortened(item: &Value) -> String {
    match item {
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) if text.len() > 40 => "a text".to_owned(),
        other => format!("`{other}`"),
    }
}

impl Filled {
    /// Takes the rows of a message.
    pub(super) fn from(message: Value, inputs: &[Taken]) -> Result<Self, NotARow> {
        let mut rows = Vec::with_capacity(inputs.len());
        for taken in inputs {
            match taken.row(&message) {
                Ok(row) => rows.push(row),
                Err(reason) => {
                    return Err(NotARow {
                        field: taken.field.clone(),
                        input: taken.spec.name.clone(),
                        reason,
                        message: Box::new(message),
                    });
                }
            }
        }
        Ok(Self { message, rows })
    }

    /// The row for the input of this number.
    pub(super) fn row<E: Element>(&self, input: usize) -> &[E] {
        // What is missing or of another type would be a row of the wrong
        // length, and so a dead letter.
        let row = self.rows.get(input).and_then(|row| row.as_slice().ok());
        row.unwrap_or_default()
    }

    /// The message with what the model gave, each in its field.
    pub(super) fn with(self, fields: &[FieldPath], given: Vec<Value>) -> Value {
        let mut message = self.message;
        for (field, value) in fields.iter().zip(given) {
            field.put(&mut message, value);
        }
        message
    }
}

/// The outputs of a model, and the fields that they are put into.
#[derive(Clone, Debug)]
pub(super) struct JsonColumns {
    put: Vec<(FieldPath, TensorSpec)>,
}

impl JsonColumns {
    /// The fields, in the order of the rows.
    pub(super) fn fields(&self) -> Vec<FieldPath> {
        self.put.iter().map(|(field, _)| field.clone()).collect()
    }

    /// Finds the outputs that are asked for, or all if none is.
    pub(super) fn all(named: &[Selected], outputs: &[TensorSpec]) -> (Self, Vec<String>) {
        let errors = unknown(
            named.iter().map(|one| one.from.to_string()),
            outputs,
            |name, offered| Mismatch::UnknownOutput { name, offered },
        );
        let own = |spec: &TensorSpec| (FieldPath::key(&spec.name), spec.clone());
        let put = if named.is_empty() {
            outputs.iter().map(own).collect()
        } else {
            let found = |one: &Selected| {
                let name = one.from.to_string();
                let spec = outputs.iter().find(|spec| spec.name == name)?;
                Some((one.to.clone(), spec.clone()))
            };
            named.iter().filter_map(found).collect()
        };
        (Self { put }, errors)
    }
}

impl OutputColumns for JsonColumns {
    type Row<'a> = Vec<Value>;

    fn columns(&self) -> Vec<Column> {
        let columns = self.put.iter().map(|(_, spec)| Column {
            name: spec.name.clone(),
            element: spec.element,
            row_shape: None,
        });
        columns.collect()
    }

    fn row(&self, answer: &Tensors, row: usize) -> Result<Vec<Value>, TensorError> {
        let values = self.put.iter().map(|(_, spec)| {
            let tensor = answer.get(&spec.name)?;
            Ok(match spec.element {
                ElementType::U8 => list(tensor.row::<u8>(row)?),
                ElementType::I32 => list(tensor.row::<i32>(row)?),
                ElementType::I64 => list(tensor.row::<i64>(row)?),
                ElementType::F32 => list(tensor.row::<f32>(row)?),
                ElementType::F64 => list(tensor.row::<f64>(row)?),
            })
        });
        values.collect()
    }
}

/// The numbers as a list. What is no number in JSON becomes null.
fn list<E: Element + Into<Value>>(row: &[E]) -> Value {
    row.iter().map(|element| (*element).into()).collect()
}

/// A sentence for each name that the model does not know.
fn unknown(
    names: impl Iterator<Item = String>,
    specs: &[TensorSpec],
    mismatch: impl Fn(String, Vec<TensorSpec>) -> Mismatch,
) -> Vec<String> {
    let unknown = names.filter(|name| specs.iter().all(|spec| spec.name != *name));
    unknown
        .map(|name| mismatch(name, specs.to_vec()).to_string())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(texts: &[&str]) -> Vec<Selected> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// A model's input `x` of two by two integers, as it is filled from `a.b`.
    fn inputs() -> Vec<Taken> {
        let (taken, errors) = Taken::all(
            &fields(&["x=a.b"]),
            &[
                TensorSpec::of::<i32>("x", [2, 2]),
                TensorSpec::of::<f32>("y.z", []),
            ],
            false,
        );
        assert_eq!(errors, [""; 0]);
        taken
    }

    #[test]
    fn rows_are_taken_from_lists_however_they_are_nested() {
        for list in [
            json!([1, 2, 3, 4]),
            json!([[1, 2], [3, 4]]),
            json!([[1, [2]], 3, [[4]]]),
        ] {
            let message = json!({ "a": { "b": list }, "y.z": 0.5, "c": 7 });
            let filled = Filled::from(message, &inputs()).unwrap();
            assert_eq!(filled.row::<i32>(0), [1, 2, 3, 4]);
            assert_eq!(filled.row::<f32>(1), [0.5]);
        }
    }

    #[test]
    fn a_message_of_which_no_row_can_be_taken_is_told_why() {
        let refused = |list: Value| {
            let error = Filled::from(json!({ "a": { "b": list } }), &inputs()).unwrap_err();
            assert_eq!(
                (error.field.to_string().as_str(), error.input.as_str()),
                ("a.b", "x")
            );
            error.to_string()
        };
        let place = "field `a.b`, for the model's input `x`: ";
        assert_eq!(
            refused(json!([1])),
            format!("{place}it has 1 numbers, a row takes 4")
        );
        assert_eq!(
            refused(json!([1, 2, 3, 0.5])),
            format!("{place}`0.5` is no i32")
        );
        assert_eq!(
            refused(json!([1, 2, 3, 1_u64 << 31])),
            format!("{place}`2147483648` is no i32")
        );
        assert_eq!(refused(json!({})), format!("{place}an object is no i32"));
        let error = Filled::from(json!([]), &inputs()).unwrap_err();
        assert_eq!(error.to_string(), format!("{place}the message lacks it"));
        assert_eq!(*error.message, json!([]));
    }

    #[test]
    fn what_the_model_does_not_know_or_cannot_be_filled_is_told() {
        let mut free = TensorSpec::of::<i32>("x", [2]);
        free.shape[1] = Dim::Free;
        let (_, errors) = Taken::all(&fields(&["y=a"]), &[free], false);
        assert!(
            errors[0].starts_with("the model has no input `y`"),
            "{errors:?}"
        );
        assert!(
            errors[1].contains("`x: i32[rows, any]`, whose rows have any size"),
            "{errors:?}"
        );
        let (_, errors) = Taken::all(
            &fields(&["x=a", "x=b"]),
            &[TensorSpec::of::<i32>("x", [2])],
            false,
        );
        assert_eq!(errors, ["input `x` is declared twice: take one away"]);
        let (_, errors) = JsonColumns::all(
            &fields(&["s=score"]),
            &[TensorSpec::of::<f32>("scores", [])],
        );
        assert!(errors[0].contains("did you mean `scores`?"), "{errors:?}");
    }

    #[test]
    fn outputs_are_put_where_they_are_asked_for_or_under_their_names() {
        let specs = [
            TensorSpec::of::<f32>("s.t", [2]),
            TensorSpec::of::<i64>("n", []),
        ];
        let answer = Tensors::new()
            .with(
                "s.t",
                Tensor::new([2, 2], vec![0.0_f32, 1.0, 0.1, f32::NAN]).unwrap(),
            )
            .with("n", Tensor::new([2], vec![1_i64, -2]).unwrap());
        let put = |named: &[&str]| {
            let (columns, errors) = JsonColumns::all(&fields(named), &specs);
            assert_eq!(errors, [""; 0]);
            let row = columns.row(&answer, 1).unwrap();
            let filled = Filled {
                message: json!({ "a": 1 }),
                rows: Vec::new(),
            };
            filled.with(&columns.fields(), row)
        };
        let tenth = f64::from(0.1_f32);
        assert_eq!(put(&[]), json!({ "a": 1, "s.t": [tenth, null], "n": [-2] }));
        assert_eq!(put(&["of.n=n"]), json!({ "a": 1, "of": { "n": [-2] } }));
    }
}
