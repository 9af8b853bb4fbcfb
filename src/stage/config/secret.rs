use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// What is shown in its place.
const SHOWN: &str = "***";

/// A text that is never shown: a password, a token, a key.
///
/// Printed, logged or serialised it is `***`, and an error about it does not
/// repeat it. So a config with a secret can be written out, but what is
/// written does not read back as the same.
///
/// # Examples
///
/// ```
/// use millpond::stage::config::Secret;
///
/// let token: Secret = serde_json::from_str(r#""hunter2""#).unwrap();
/// assert_eq!(token.expose(), "hunter2");
/// assert_eq!(format!("{token} {token:?}"), "*** ***");
/// assert_eq!(serde_json::to_string(&token).unwrap(), r#""***""#);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Shows the text, to whoever is to check it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SHOWN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SHOWN)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Any: a deserializer asked for a text says itself what it found instead.
        deserializer.deserialize_any(Text)
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "password", "writeOnly": true })
    }
}

/// Takes a text. What else it is given it must not repeat: a visitor that
/// leaves a method out says which value it was given.
struct Text;

impl Text {
    fn not_a_text<T, E: de::Error>() -> Result<T, E> {
        Err(E::custom("a secret is a text: put it between quotes"))
    }
}

impl Visitor<'_> for Text {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret, as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::new(text))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Secret, E> {
        Ok(Secret(text))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        Self::not_a_text()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        Self::not_a_text()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        Self::not_a_text()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Self::not_a_text()
    }

    fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<Secret, E> {
        Self::not_a_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_to_nobody() {
        let secret = Secret::from("hunter2");
        assert_eq!(secret, Secret::from("hunter2".to_owned()));
        let shown = format!("{secret} {secret:?} {}", serde_json::json!([secret]));
        assert_eq!(shown, r#"*** *** ["***"]"#);
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn an_error_does_not_repeat_it() {
        for wrong in ["4711", "-4711", "47.11", "true"] {
            let error = serde_json::from_str::<Secret>(wrong)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with("a secret is a text"), "{error}");
        }
        for wrong in [r#"["4711"]"#, r#"{ "a": 4711 }"#] {
            let error = serde_json::from_str::<Secret>(wrong)
                .unwrap_err()
                .to_string();
            assert!(!error.contains("4711"), "{error}");
        }
    }
}
