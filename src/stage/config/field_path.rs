use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where a field is in a JSON message: `user.name`, `tags.0`.
///
/// Keys of objects and indexes of arrays, with dots between. A dot or
/// backslash that belongs to a key has a backslash before it. `.` alone is the
/// message itself.
///
/// # Examples
///
/// ```
/// use millpond::stage::config::FieldPath;
/// use serde_json::json;
///
/// let message = json!({ "user": { "name": "ann" }, "tags": ["a", "b"], "a.b": 1 });
/// let at = |path: &str| path.parse::<FieldPath>().unwrap().of(&message).cloned();
///
/// assert_eq!(at("user.name"), Some(json!("ann")));
/// assert_eq!(at("tags.1"), Some(json!("b")));
/// assert_eq!(at(r"a\.b"), Some(json!(1)));
/// assert_eq!(at("user.age"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldPath {
    keys: Vec<String>,
}

/// A text that is no path to a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no path to a field: {reason}")]
pub struct FieldPathError {
    text: String,
    reason: &'static str,
}

impl FieldPath {
    /// The field of this name at the top of a message, whatever is in the name.
    pub fn key(name: impl Into<String>) -> Self {
        Self {
            keys: vec![name.into()],
        }
    }

    /// The field of `message`, if it has it.
    pub fn of<'a>(&self, message: &'a Value) -> Option<&'a Value> {
        self.keys
            .iter()
            .try_fold(message, |value, key| match value {
                Value::Object(fields) => fields.get(key),
                Value::Array(items) => items.get(key.parse::<usize>().ok()?),
                _ => None,
            })
    }

    /// Takes the field out of `message`, which keeps `null` in its place.
    pub fn take(&self, message: &mut Value) -> Option<Value> {
        let field = self
            .keys
            .iter()
            .try_fold(message, |value, key| match value {
                Value::Object(fields) => fields.get_mut(key),
                Value::Array(items) => items.get_mut(key.parse::<usize>().ok()?),
                _ => None,
            });
        field.map(Value::take)
    }

    /// Puts a field there, and the objects on the way to it.
    ///
    /// What stands in the way and is no object is replaced by one. At `.` the
    /// message itself is replaced.
    pub fn put(&self, message: &mut Value, field: Value) {
        let mut place = message;
        for key in &self.keys {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            // The place is an object by now, and indexing makes the key.
            place = &mut place[key.as_str()];
        }
        *place = field;
    }

    /// Tells whether this is the message itself.
    pub fn is_whole(&self) -> bool {
        self.keys.is_empty()
    }

    /// Tells whether one of the two paths leads to the other's field or
    /// through it.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.keys
            .iter()
            .zip(&other.keys)
            .all(|(own, other)| own == other)
    }
}

impl FromStr for FieldPath {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, FieldPathError> {
        let wrong = |reason| FieldPathError {
            text: text.to_owned(),
            reason,
        };
        if text == "." {
            return Ok(Self { keys: Vec::new() });
        }
        let mut keys = vec![String::new()];
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let key = match c {
                '.' => {
                    keys.push(String::new());
                    continue;
                }
                '\\' => match rest.next() {
                    Some(escaped @ ('.' | '\\')) => escaped,
                    _ => return Err(wrong("a backslash stands before a dot or a backslash")),
                },
                c => c,
            };
            if let Some(last) = keys.last_mut() {
                last.push(key);
            }
        }
        if keys.iter().any(String::is_empty) {
            return Err(wrong("put a name before and after each dot"));
        }
        Ok(Self { keys })
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.keys.is_empty() {
            return f.write_str(".");
        }
        for (index, key) in self.keys.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            write!(f, "{dot}{}", key.replace('\\', r"\\").replace('.', r"\."))?;
        }
        Ok(())
    }
}

impl TryFrom<String> for FieldPath {
    type Error = FieldPathError;

    fn try_from(text: String) -> Result<Self, FieldPathError> {
        text.parse()
    }
}

impl From<FieldPath> for String {
    fn from(path: FieldPath) -> Self {
        path.to_string()
    }
}

impl JsonSchema for FieldPath {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FieldPath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> FieldPath {
        text.parse().unwrap()
    }

    #[test]
    fn keys_and_indexes_lead_to_a_field() {
        let message = json!({ "a": [{ "b": 1 }, 2], "": 0, "1": 3 });
        assert_eq!(path("a.0.b").of(&message), Some(&json!(1)));
        assert_eq!(path("1").of(&message), Some(&json!(3)));
        assert_eq!(path(".").of(&message), Some(&message));
        for nothing in ["a.2", "a.b", "a.-1", "a.1.b", "b"] {
            assert_eq!(path(nothing).of(&message), None, "{nothing}");
        }
    }

    #[test]
    fn a_key_is_a_name_as_it_is() {
        let message = json!({ "a.b": 1 });
        assert_eq!(FieldPath::key("a.b").of(&message), Some(&json!(1)));
        assert_eq!(FieldPath::key("a.b").to_string(), r"a\.b");
    }

    #[test]
    fn a_field_that_is_taken_leaves_null() {
        let mut message = json!({ "a": [1, 2] });
        assert_eq!(path("a.1").take(&mut message), Some(json!(2)));
        assert_eq!(path("a.2").take(&mut message), None);
        assert_eq!(message, json!({ "a": [1, null] }));
    }

    #[test]
    fn a_field_that_is_put_gets_the_objects_on_its_way() {
        let mut message = json!({ "a": 1 });
        path("b.c").put(&mut message, json!(2));
        path("b.d").put(&mut message, json!(3));
        path("a.x").put(&mut message, json!(4));
        assert_eq!(message, json!({ "a": { "x": 4 }, "b": { "c": 2, "d": 3 } }));
        path(".").put(&mut message, json!(5));
        assert_eq!(message, json!(5));
    }

    #[test]
    fn paths_overlap_where_one_leads_through_the_other() {
        assert!(path("a.b").overlaps(&path("a")) && path("a").overlaps(&path("a")));
        assert!(path(".").overlaps(&path("a")) && path(".").is_whole());
        assert!(!path("a.b").overlaps(&path("a.c")) && !path("a").is_whole());
    }

    #[test]
    fn what_is_no_path_is_told_why() {
        for wrong in ["", ".a", "a.", "a..b", "..", r"a\b", r"a\"] {
            let error = wrong.parse::<FieldPath>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("`{wrong}` is no path")),
                "{error}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(keys in prop::collection::vec(".+", 0..4)) {
            let path = FieldPath { keys };
            prop_assert_eq!(path.to_string().parse::<FieldPath>(), Ok(path));
        }

        #[test]
        fn no_text_is_too_odd_to_read(text in ".*") {
            if let Ok(path) = text.parse::<FieldPath>() {
                prop_assert_eq!(path.to_string(), text);
            }
        }
    }
}
