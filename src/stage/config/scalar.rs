use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// A number, a truth value or a text, to compare fields of JSON messages with.
///
/// Only values of the same kind compare: the number 5 is not the text `5`.
/// Numbers compare by value, 5 equals 5.0; texts by the Unicode values of
/// their characters, which orders times as RFC 3339 writes them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// An integer or a fraction.
    Number(Number),
    /// Anything else.
    Text(String),
}

impl Scalar {
    /// Tells how `value` stands to this; nothing if they do not compare.
    ///
    /// ```
    /// use std::cmp::Ordering;
    ///
    /// use millpond::stage::config::Scalar;
    /// use serde_json::json;
    ///
    /// let limit = Scalar::from(5);
    /// assert_eq!(limit.order_of(&json!(5.5)), Some(Ordering::Greater));
    /// assert_eq!(limit.order_of(&json!("5")), None);
    /// ```
    pub fn order_of(&self, value: &Value) -> Option<Ordering> {
        match (value, self) {
            (Value::Bool(value), Self::Bool(own)) => Some(value.cmp(own)),
            (Value::Number(value), Self::Number(own)) => order(value, own),
            (Value::String(value), Self::Text(own)) => Some(value.cmp(own)),
            _ => None,
        }
    }

    /// Tells whether `value` is this.
    pub fn is(&self, value: &Value) -> bool {
        self.order_of(value) == Some(Ordering::Equal)
    }
}

/// Integers exactly, since those beyond 2^53 are no floats of their own.
fn order(a: &Number, b: &Number) -> Option<Ordering> {
    let integer = |number: &Number| {
        let signed = number.as_i64().map(i128::from);
        signed.or_else(|| number.as_u64().map(i128::from))
    };
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

impl From<bool> for Scalar {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Scalar {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Scalar {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.pad(text),
        }
    }
}

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["boolean", "number", "string"] })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scalar(value: Value) -> Scalar {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn only_the_same_kinds_compare() {
        let values = [
            json!(true),
            json!(1),
            json!("1"),
            json!(null),
            json!([1]),
            json!({}),
        ];
        for (index, own) in values[..3].iter().enumerate() {
            for (other, value) in values.iter().enumerate() {
                assert_eq!(
                    scalar(own.clone()).is(value),
                    index == other,
                    "{own} {value}"
                );
            }
        }
    }

    #[test]
    fn numbers_compare_by_value() {
        assert!(scalar(json!(5)).is(&json!(5.0)));
        assert_eq!(
            Scalar::from(-1).order_of(&json!(u64::MAX)),
            Some(Ordering::Greater)
        );
        let large = 9_007_199_254_740_993_u64;
        assert!(!scalar(json!(large)).is(&json!(large - 1)));
        assert_eq!(
            scalar(json!(0.5)).order_of(&json!(-3)),
            Some(Ordering::Less)
        );
    }

    #[test]
    fn texts_compare_by_their_characters() {
        let noon = Scalar::from("2026-01-01T12:00:00Z");
        assert_eq!(
            noon.order_of(&json!("2026-01-01T11:59:59Z")),
            Some(Ordering::Less)
        );
        assert_eq!(
            Scalar::from("Z").order_of(&json!("a")),
            Some(Ordering::Greater)
        );
    }

    #[test]
    fn a_list_is_no_scalar() {
        assert!(serde_json::from_value::<Scalar>(json!([1])).is_err());
        assert!(serde_json::from_value::<Scalar>(json!(null)).is_err());
    }
}
