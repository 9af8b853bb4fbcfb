//! Durations as texts: `5ms`, `2s`, `1h 30m`.
//!
//! For the attributes `#[serde(with = "duration")]` and
//! `#[schemars(schema_with = "duration::schema")]` of a field that is a
//! [`Duration`]; [`optional`] is the same for one that may be left out.

pub mod optional;

use std::fmt;
use std::time::Duration;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, Visitor};
use serde::ser::Serializer;

/// Writes a duration as [`deserialize`] reads it.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&humantime::format_duration(*duration))
}

/// Reads a duration: numbers, each with its unit.
///
/// # Errors
///
/// When it is none; the error says how one is written.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_str(Text)
}

/// Describes such a text.
pub fn schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "x-millpond-format": "duration" })
}

struct Text;

impl Visitor<'_> for Text {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration as text, such as `5ms`, `2s` or `1h 30m`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Duration, E> {
        humantime::parse_duration(text).map_err(|_| {
            E::custom(format_args!(
                "`{text}` is no duration: write a number and a unit, \
                 such as `5ms`, `2s` or `1h 30m`"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wait(#[serde(with = "super")] Duration);

    fn read(json: &str) -> Result<Duration, String> {
        let wait = serde_json::from_str::<Wait>(json);
        wait.map(|wait| wait.0).map_err(|error| error.to_string())
    }

    #[test]
    fn a_duration_is_numbers_with_units() {
        assert_eq!(read(r#""5ms""#), Ok(Duration::from_millis(5)));
        assert_eq!(read(r#""1h 30m""#), Ok(Duration::from_mins(90)));
        assert_eq!(read(r#""0s""#), Ok(Duration::ZERO));
    }

    #[test]
    fn what_is_none_is_told_how_one_is_written() {
        for wrong in [
            r#""""#,
            r#""5""#,
            r#""-5s""#,
            r#""5 parsecs""#,
            r#""99999999999999y""#,
        ] {
            let error = read(wrong).unwrap_err();
            assert!(
                error.contains("write a number and a unit"),
                "{wrong}: {error}"
            );
        }
        let error = read("5").unwrap_err();
        assert!(
            error.contains("integer `5`, expected a duration as text"),
            "{error}"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(seconds in 0_u64..1 << 40, nanos in 0_u32..1_000_000_000) {
            let wait = Wait(Duration::new(seconds, nanos));
            let json = serde_json::to_string(&wait).unwrap();
            prop_assert_eq!(serde_json::from_str::<Wait>(&json).unwrap(), wait);
        }
    }
}
