use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use typed_builder::TypedBuilder;

use crate::graph::Outlet;
use crate::message::Mode;
use crate::stage::config::{FieldPath, Pattern, Scalar};
use crate::stage::{Identified, Stage};

/// Lets those JSON messages pass of which a field compares as asked.
///
/// Where several comparisons are given, all must hold. Values compare with
/// their like only: the number 5 with numbers, the text `5` with texts. A
/// message without the field passes `not-equals` and `exists = false`, and
/// nothing else.
///
/// # Errors
///
/// Without any comparison the stage is refused before the run starts.
///
/// # Examples
///
/// ```
/// use millpond::Pipeline;
/// use millpond::stages::{Filter, FromIter};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let answers = [json!({ "status": 200 }), json!({ "status": 404 }), json!({ "status": 503 })];
/// let client_errors = Filter::builder().field("status".parse()?).at_least(400).less(500).build();
/// let report = Pipeline::named("client errors")
///     .source(FromIter::new(answers))
///     .stage(client_errors)
///     .for_each("print", |message| println!("{message}"))
///     .run()
///     .await?;
///
/// assert_eq!(report.node("print").received, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, TypedBuilder)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[builder(field_defaults(default, setter(into, strip_option)))]
#[non_exhaustive]
pub struct Filter {
    /// The field, such as `user.name` or `tags.0`; `.` is the message itself.
    #[builder(!default, setter(!into, !strip_option))]
    pub field: FieldPath,
    /// The field is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Scalar>,
    /// The field is anything but this, or missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_equals: Option<Scalar>,
    /// The field is less than this, or comes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub less: Option<Scalar>,
    /// The field is this or less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Scalar>,
    /// The field is greater than this, or comes after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub greater: Option<Scalar>,
    /// The field is this or greater.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Scalar>,
    /// The field is a text with this in it, or a list with this as an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<Scalar>,
    /// The field is a text that this regular expression matches somewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[builder(setter(!into))]
    pub matches: Option<Pattern>,
    /// Whether the field is there; one that is `null` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
}

impl Filter {
    fn passes(&self, message: &Value) -> bool {
        let field = self.field.of(message);
        let is = |wanted: &Scalar| field.is_some_and(|field| wanted.is(field));
        let order = |wanted: &Scalar| field.and_then(|field| wanted.order_of(field));
        let holds = [
            self.equals.as_ref().map(is),
            self.not_equals.as_ref().map(|wanted| !is(wanted)),
            self.less
                .as_ref()
                .map(|wanted| order(wanted).is_some_and(Ordering::is_lt)),
            self.at_most
                .as_ref()
                .map(|wanted| order(wanted).is_some_and(Ordering::is_le)),
            self.greater
                .as_ref()
                .map(|wanted| order(wanted).is_some_and(Ordering::is_gt)),
            self.at_least
                .as_ref()
                .map(|wanted| order(wanted).is_some_and(Ordering::is_ge)),
            self.contains
                .as_ref()
                .map(|wanted| field.is_some_and(|field| has(field, wanted))),
            self.matches.as_ref().map(|pattern| {
                let text = field.and_then(Value::as_str);
                text.is_some_and(|text| pattern.is_match(text))
            }),
            self.exists.map(|wanted| field.is_some() == wanted),
        ];
        holds.into_iter().flatten().all(|holds| holds)
    }

    fn compares(&self) -> bool {
        let scalars = [
            &self.equals,
            &self.not_equals,
            &self.less,
            &self.at_most,
            &self.greater,
            &self.at_least,
            &self.contains,
        ];
        scalars.into_iter().any(Option::is_some) || self.matches.is_some() || self.exists.is_some()
    }
}

fn has(field: &Value, wanted: &Scalar) -> bool {
    match (field, wanted) {
        (Value::Array(items), wanted) => items.iter().any(|item| wanted.is(item)),
        (Value::String(text), Scalar::Text(wanted)) => text.contains(wanted.as_str()),
        _ => false,
    }
}

crate::register!(stage Filter: Value);

impl Identified for Filter {
    const ID: &'static str = "filter";
}

impl<M: Mode> Stage<Value, M> for Filter {
    type Out = Value;

    fn build(self, input: Outlet<Value, M>) -> Outlet<Value, M> {
        if !self.compares() {
            input.refuse("it compares nothing: give `equals`, `less`, `exists` or another");
        }
        input.filter(move |message| self.passes(message))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Whether the filter of these options lets each of these pass.
    fn passes<const N: usize>(options: Value, messages: [Value; N]) -> [bool; N] {
        let filter: Filter = serde_json::from_value(options).unwrap();
        messages.map(|message| filter.passes(&message))
    }

    #[test]
    fn a_field_is_or_is_not_what_was_asked() {
        let messages = || {
            [
                json!({ "a": 5 }),
                json!({ "a": "5" }),
                json!({}),
                json!([5]),
            ]
        };
        let only = passes(json!({ "field": "a", "equals": 5 }), messages());
        assert_eq!(only, [true, false, false, false]);
        let others = passes(json!({ "field": "a", "not-equals": 5 }), messages());
        assert_eq!(others, [false, true, true, true]);
        let item = passes(json!({ "field": "0", "equals": 5 }), messages());
        assert_eq!(item, [false, false, false, true]);
        let whole = passes(json!({ "field": ".", "equals": 5 }), [json!(5), json!(6)]);
        assert_eq!(whole, [true, false]);
    }

    #[test]
    fn a_field_comes_before_or_after() {
        let messages = || {
            [
                json!({ "a": 4 }),
                json!({ "a": 5 }),
                json!({ "a": 6 }),
                json!({}),
            ]
        };
        let compared = |how: &str| passes(json!({ "field": "a", how: 5 }), messages());
        assert_eq!(compared("less"), [true, false, false, false]);
        assert_eq!(compared("at-most"), [true, true, false, false]);
        assert_eq!(compared("greater"), [false, false, true, false]);
        assert_eq!(compared("at-least"), [false, true, true, false]);
        let texts = passes(
            json!({ "field": ".", "greater": "b" }),
            [json!("c"), json!("a")],
        );
        assert_eq!(texts, [true, false]);
    }

    #[test]
    fn texts_and_lists_contain() {
        let messages = || {
            [
                json!("a warning"),
                json!(["warn", 1]),
                json!(["warning"]),
                json!(7),
            ]
        };
        let contains = passes(json!({ "field": ".", "contains": "warn" }), messages());
        assert_eq!(contains, [true, true, false, false]);
        let number = passes(json!({ "field": ".", "contains": 1 }), messages());
        assert_eq!(number, [false, true, false, false]);
    }

    #[test]
    fn a_pattern_matches_texts() {
        let options = json!({ "field": ".", "matches": "^w.rn$" });
        let messages = [json!("warn"), json!("warns"), json!(["warn"])];
        assert_eq!(passes(options, messages), [true, false, false]);
    }

    #[test]
    fn a_field_that_is_null_is_there() {
        let messages = || [json!({ "a": null }), json!({ "b": 1 }), json!("a")];
        let there = passes(json!({ "field": "a", "exists": true }), messages());
        assert_eq!(there, [true, false, false]);
        let missing = passes(json!({ "field": "a", "exists": false }), messages());
        assert_eq!(missing, [false, true, true]);
    }

    #[test]
    fn all_comparisons_must_hold() {
        let options = json!({ "field": ".", "greater": 1, "less": 5, "not-equals": 3 });
        let messages = [json!(1), json!(2), json!(3), json!(4), json!(5)];
        assert_eq!(passes(options, messages), [false, true, false, true, false]);
    }

    #[test]
    fn options_are_written_as_they_are_read() {
        let options = json!({ "field": "a.b", "equals": true, "matches": "x" });
        let filter: Filter = serde_json::from_value(options.clone()).unwrap();
        assert_eq!(serde_json::to_value(filter).unwrap(), options);
    }
}
