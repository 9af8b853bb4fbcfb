use std::borrow::Cow;
use std::str::FromStr;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A regular expression, as the crate [`regex`] writes them.
///
/// It is compiled when it is read, so that one that is wrong is refused where
/// it stands; its matching takes time linear in the text. Two are equal when
/// their texts are.
///
/// # Examples
///
/// ```
/// use millpond::stage::config::Pattern;
///
/// let verb: Pattern = "^(GET|HEAD) ".parse().unwrap();
/// assert!(verb.is_match("GET /index.html"));
/// assert!("(GET".parse::<Pattern>().unwrap_err().to_string().contains("unclosed group"));
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(Regex);

/// A text that is no regular expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no regular expression: {reason}")]
pub struct PatternError {
    text: String,
    reason: String,
}

impl Pattern {
    /// Tells whether some part of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Regex::new(text).map(Self).map_err(|error| {
            // The lines before the last draw the place, for a terminal.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            PatternError {
                text: text.to_owned(),
                reason: reason.trim_start_matches("error: ").to_owned(),
            }
        })
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.as_str().to_owned()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Pattern {}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "regex" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_reads_back_as_it_was_written() {
        let json = r#""a+\\.b""#;
        let pattern: Pattern = serde_json::from_str(json).unwrap();
        assert_eq!(pattern, r"a+\.b".parse().unwrap());
        assert_ne!(pattern, "a".parse().unwrap());
        assert_eq!(serde_json::to_string(&pattern).unwrap(), json);
        assert!(pattern.is_match("-aaa.b-") && !pattern.is_match("a-b"));
    }

    #[test]
    fn a_wrong_one_is_refused_when_it_is_read() {
        let wrong = |text: &str| text.parse::<Pattern>().unwrap_err().to_string();
        assert_eq!(wrong("a("), "`a(` is no regular expression: unclosed group");
        let large = wrong("(a{1000}){1000}");
        assert!(
            large.contains("is no regular expression: ") && !large.contains('\n'),
            "{large}"
        );
        let error = serde_json::from_str::<Pattern>(r#""a(""#).unwrap_err();
        assert!(error.to_string().starts_with("`a(` is no"), "{error}");
    }
}
