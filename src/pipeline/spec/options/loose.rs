//! Words whose type the option decides: from one line, `--set` and variables.

use crate::pipeline::spec::read::parse_toml;
use crate::pipeline::spec::{Located, Value};

/// The value as one of this JSON type, if it can be read as one.
pub(super) fn convert(value: &Located<Value>, to: &str) -> Option<Value> {
    let converted = match (&value.value, to) {
        (scalar @ (Value::Bool(_) | Value::Integer(_) | Value::Float(_)), "string") => {
            Value::Text(scalar.to_string())
        }
        (Value::Text(text), "integer") => Value::Integer(text.trim().parse().ok()?),
        (Value::Text(text), "number") => Value::Float(text.trim().parse().ok()?),
        (Value::Text(text), "boolean") => Value::Bool(text.trim().parse().ok()?),
        (Value::Text(text), "array") if text.starts_with('[') => parsed(text)?,
        (Value::Text(text), "object") if text.starts_with('{') => parsed(text)?,
        (Value::List(_) | Value::Table(_), _) => return None,
        // One word is a list of one.
        (_, "array") => Value::List(vec![value.clone()]),
        _ => return None,
    };
    Some(converted)
}

/// A list or table in the notation of TOML.
fn parsed(text: &str) -> Option<Value> {
    let mut errors = Vec::new();
    let mut table = parse_toml("", &format!("value = {text}"), &mut errors);
    let (key, value) = table.pop()?;
    let is_one = errors.is_empty() && table.is_empty() && key.value == "value";
    is_one.then_some(value.value)
}
