use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{FieldPath, FieldPathError};

/// A field of a message, and where it goes.
///
/// As text it is `path`, or `new-path=path`; an equals sign in a path has a
/// backslash before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Selected {
    /// Where the field is.
    pub from: FieldPath,
    /// Where it will be.
    pub to: FieldPath,
}

impl FromStr for Selected {
    type Err = FieldPathError;

    fn from_str(text: &str) -> Result<Self, FieldPathError> {
        let (to, from) = match unescaped_equals(text) {
            Some(at) => (Some(&text[..at]), &text[at + 1..]),
            None => (None, text),
        };
        let path = |text: &str| text.replace(r"\=", "=").parse::<FieldPath>();
        let from = path(from)?;
        let to = to.map_or_else(|| Ok(from.clone()), path)?;
        Ok(Self { from, to })
    }
}

/// Where the first equals sign is that has no backslash before it.
fn unescaped_equals(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let found = c == '=' && !escaped;
        escaped = c == '\\' && !escaped;
        found.then_some(at)
    })
}

impl fmt::Display for Selected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |path: &FieldPath| path.to_string().replace('=', r"\=");
        if self.to != self.from {
            write!(f, "{}=", text(&self.to))?;
        }
        f.write_str(&text(&self.from))
    }
}

impl TryFrom<String> for Selected {
    type Error = FieldPathError;

    fn try_from(text: String) -> Result<Self, FieldPathError> {
        text.parse()
    }
}

impl From<Selected> for String {
    fn from(field: Selected) -> Self {
        field.to_string()
    }
}

impl JsonSchema for Selected {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Selected".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_path_is_refused() {
        for wrong in ["", "=", "a=", "=a", "a..b", "a=b=c."] {
            assert!(wrong.parse::<Selected>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(from in r"[a=\\.]+", to in r"[a=\\.]+") {
            if let (Ok(from), Ok(to)) = (from.parse(), to.parse()) {
                let field = Selected { from, to };
                prop_assert_eq!(field.to_string().parse::<Selected>(), Ok(field));
            }
        }
    }
}
