use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use typed_builder::TypedBuilder;

use crate::graph::{DeadLetter, Outlet};
use crate::stage::config::{FieldPath, FieldPathError, Selected};
use crate::stage::{Identified, Stage};

/// Makes a JSON message of some fields of another.
///
/// A field keeps its place, or gets a new one: `user.name` keeps the name
/// within the user, `name=user.name` calls it `name`, and `data=.` puts the
/// whole message under `data`.
///
/// # Errors
///
/// A message that lacks a field becomes a dead letter if `missing` is
/// `reject`. Two fields that would end up in one place, or none at all, refuse
/// the stage before the run starts.
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::stages::{FromIter, Select};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let event = json!({ "user": { "name": "ann", "age": 30 }, "level": "warn", "host": "a" });
/// let (kept, mut messages) = tokio::sync::mpsc::channel(1);
/// Pipeline::named("names")
///     .source(FromIter::new([event]))
///     .stage(Select::fields(["level", "name=user.name"])?)
///     .for_each("keep", move |message| kept.try_send(message).unwrap())
///     .run()
///     .await?;
///
/// assert_eq!(messages.recv().await, Some(json!({ "level": "warn", "name": "ann" })));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Select {
    /// The fields, each `path` or `new-path=path`, such as `name=user.name`.
    #[schemars(length(min = 1))]
    pub fields: Vec<Selected>,
    /// What becomes of a message that lacks one of them.
    #[serde(default)]
    #[builder(default)]
    pub missing: Missing,
}

/// What [`Select`] does where a field is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The field is left out.
    #[default]
    Skip,
    /// The field is `null`.
    Null,
    /// The message becomes a dead letter.
    Reject,
}

/// A message that lacks a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message has no field `{field}`: {}", Shortened(message))]
pub struct MissingField {
    /// The field.
    pub field: FieldPath,
    /// The message.
    pub message: Value,
}

/// The beginning of a message.
struct Shortened<'a>(&'a Value);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 200;
        let text = self.0.to_string();
        match text.char_indices().nth(MOST) {
            Some((end, _)) => write!(f, "{}…", &text[..end]),
            None => f.write_str(&text),
        }
    }
}

impl Select {
    /// Keeps these fields, and leaves out those that a message lacks.
    ///
    /// # Errors
    ///
    /// When one of them is no path.
    pub fn fields(
        fields: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> Result<Self, FieldPathError> {
        let fields = fields.into_iter().map(|field| field.as_ref().parse());
        Ok(Self {
            fields: fields.collect::<Result<_, _>>()?,
            missing: Missing::default(),
        })
    }

    /// Sets what becomes of a message that lacks one of the fields.
    #[must_use]
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// Adds the stage after `input`, and hands out its dead letters too.
    pub fn split(self, input: Outlet<Value>) -> (Outlet<Value>, Outlet<DeadLetter<MissingField>>) {
        let graph = input.graph().clone();
        graph.in_stage(Self::ID, Self::COST, || self.nodes(input))
    }

    fn nodes(self, input: Outlet<Value>) -> (Outlet<Value>, Outlet<DeadLetter<MissingField>>) {
        if self.fields.is_empty() {
            input.refuse("it selects nothing: give `fields`");
        }
        for (index, field) in self.fields.iter().enumerate() {
            let mut before = self.fields[..index].iter();
            if let Some(other) = before.find(|other| other.to.overlaps(&field.to)) {
                input.refuse(format!(
                    "`{other}` and `{field}` end up in one place: give one a place of its own, \
                     as in `new=old`"
                ));
            }
        }
        input.try_node(Self::ID, move |messages| {
            messages.map(move |message| self.select(message))
        })
    }

    fn select(&self, message: Value) -> Result<Value, MissingField> {
        let mut selected = Value::Object(serde_json::Map::new());
        for field in &self.fields {
            // Copied and not taken: two fields may come from one place.
            match (field.from.of(&message), self.missing) {
                (Some(value), _) => field.to.put(&mut selected, value.clone()),
                (None, Missing::Skip) => {}
                (None, Missing::Null) => field.to.put(&mut selected, Value::Null),
                (None, Missing::Reject) => {
                    let field = field.from.clone();
                    return Err(MissingField { field, message });
                }
            }
        }
        Ok(selected)
    }
}

crate::register!(stage Select: Value);

impl Identified for Select {
    const ID: &'static str = "select";
}

impl Stage<Value> for Select {
    type Out = Value;

    fn build(self, input: Outlet<Value>) -> Outlet<Value> {
        let (selected, _counted_and_logged) = self.nodes(input);
        selected
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn select(fields: &[&str], missing: Missing, message: Value) -> Result<Value, MissingField> {
        let select = Select::fields(fields.iter().copied()).unwrap();
        select.missing(missing).select(message)
    }

    #[test]
    fn a_field_keeps_its_place_or_gets_a_new_one() {
        let message = json!({ "user": { "name": "ann", "age": 30 }, "tags": ["a", "b"], "b": 1 });
        let fields = ["user.name", "first=tags.0", "x.y=b", "all=."];
        let selected = select(&fields, Missing::Reject, message.clone());
        let expected = json!({
            "user": { "name": "ann" }, "first": "a", "x": { "y": 1 }, "all": message,
        });
        assert_eq!(selected, Ok(expected));
    }

    #[test]
    fn a_missing_field_is_left_out_or_null_or_a_dead_letter() {
        let message = json!({ "a": 1 });
        let with = |missing| select(&["a", "b.c"], missing, message.clone());
        assert_eq!(with(Missing::Skip), Ok(json!({ "a": 1 })));
        assert_eq!(
            with(Missing::Null),
            Ok(json!({ "a": 1, "b": { "c": null } }))
        );
        let error = with(Missing::Reject).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the message has no field `b.c`: {\"a\":1}"
        );
        assert_eq!(error.message, message);
    }

    #[test]
    fn a_long_message_is_shortened_where_it_is_shown() {
        let message = json!("ä".repeat(500));
        let error = select(&["a"], Missing::Reject, message).unwrap_err();
        assert_eq!(error.to_string().chars().filter(|c| *c == 'ä').count(), 199);
    }

    #[test]
    fn an_equals_sign_in_a_name_has_a_backslash_before_it() {
        let selected = select(&[r"a\=b"], Missing::Skip, json!({ "a=b": 1 }));
        assert_eq!(selected, Ok(json!({ "a=b": 1 })));
    }
}
