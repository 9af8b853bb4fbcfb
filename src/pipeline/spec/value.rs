use std::fmt;

use super::{Located, Place};

/// A value in a spec, with the place of each of its parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(String),
    /// Several values.
    List(Vec<Located<Self>>),
    /// Values under names.
    Table(Table),
}

/// Values under names, in the order in which they were written.
pub type Table = Vec<(Located<String>, Located<Value>)>;

impl Value {
    /// What kind of value it is, with its article.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The value without its places. What JSON cannot hold (infinities) is null.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Bool(bool) => (*bool).into(),
            Self::Integer(integer) => (*integer).into(),
            Self::Float(float) => (*float).into(),
            Self::Text(text) => text.as_str().into(),
            Self::List(list) => list.iter().map(|item| item.value.to_json()).collect(),
            Self::Table(table) => table_to_json(table).into(),
        }
    }

    /// The value that JSON says, all of it at one place.
    pub(super) fn from_json(json: &serde_json::Value, place: &Place) -> Option<Self> {
        let located = |value| Some(Located::new(Self::from_json(value, place)?, place.clone()));
        Some(match json {
            serde_json::Value::Null => return None,
            serde_json::Value::Bool(bool) => Self::Bool(*bool),
            serde_json::Value::Number(number) => match number.as_i64() {
                Some(integer) => Self::Integer(integer),
                None => Self::Float(number.as_f64()?),
            },
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(list) => {
                Self::List(list.iter().map(located).collect::<Option<_>>()?)
            }
            serde_json::Value::Object(table) => {
                let entry = |(key, value): (&String, _)| {
                    Some((Located::new(key.clone(), place.clone()), located(value)?))
                };
                Self::Table(table.iter().map(entry).collect::<Option<_>>()?)
            }
        })
    }
}

/// The table without its places.
pub(super) fn table_to_json(table: &Table) -> serde_json::Map<String, serde_json::Value> {
    let entries = table.iter();
    entries
        .map(|(key, value)| (key.value.clone(), value.value.to_json()))
        .collect()
}

/// What stands under a key.
pub(super) fn get<'a>(table: &'a Table, key: &str) -> Option<&'a Located<Value>> {
    let mut entries = table.iter();
    entries.find_map(|(known, value)| (known.value == key).then_some(value))
}

/// Shows the value as TOML.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(bool) => write!(f, "{bool}"),
            Self::Integer(integer) => write!(f, "{integer}"),
            Self::Float(float) if float.is_nan() => f.write_str("nan"),
            Self::Float(float) => write!(f, "{float:?}"),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(list) => {
                let items: Vec<_> = list.iter().map(|item| item.value.to_string()).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Table(table) if table.is_empty() => f.write_str("{}"),
            Self::Table(table) => {
                let entries = table.iter();
                let entries =
                    entries.map(|(key, item)| format!("{} = {}", bare(&key.value), item.value));
                write!(f, "{{ {} }}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A key as TOML: bare where it may be.
pub(super) fn bare(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(plain) {
        key.to_owned()
    } else {
        quoted(key)
    }
}

/// A text as a basic string of TOML.
pub(super) fn quoted(text: &str) -> String {
    use fmt::Write as _;
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            // Writing to a text cannot fail.
            c if c.is_control() => drop(write!(quoted, "\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
