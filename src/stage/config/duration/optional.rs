//! Durations that may be left out.
//!
//! For the attributes `#[serde(default, with = "duration::optional")]` and
//! `#[schemars(schema_with = "duration::schema")]` of a field that is an
//! `Option<Duration>`; [`schema`] is for one that may be `null` too.

use std::time::Duration;

use schemars::{Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer};
use serde::ser::Serializer;

#[derive(serde::Deserialize)]
struct Given(#[serde(with = "super")] Duration);

/// Writes a duration, or that there is none.
///
/// # Errors
///
/// Those of the serializer.
pub fn serialize<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match duration {
        Some(duration) => super::serialize(duration, serializer),
        None => serializer.serialize_none(),
    }
}

/// Reads a duration, if there is one.
///
/// # Errors
///
/// Those of [`duration::deserialize`](super::deserialize).
pub fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let given = Option::<Given>::deserialize(deserializer)?;
    Ok(given.map(|given| given.0))
}

/// The schema of a duration that may be `null`.
pub fn schema(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = super::schema(generator);
    schema.insert("type".to_owned(), ["string", "null"].as_slice().into());
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Limit {
        #[serde(default, with = "super")]
        time: Option<Duration>,
    }

    #[test]
    fn a_duration_may_be_left_out() {
        for (json, time) in [
            (r#"{"time":"5ms"}"#, Some(Duration::from_millis(5))),
            (r#"{"time":null}"#, None),
        ] {
            let limit = Limit { time };
            assert_eq!(serde_json::from_str::<Limit>(json).unwrap(), limit);
            assert_eq!(serde_json::to_string(&limit).unwrap(), json);
        }
        assert_eq!(
            serde_json::from_str::<Limit>("{}").unwrap(),
            Limit { time: None }
        );
    }

    #[test]
    fn one_that_is_wrong_is_refused() {
        let error = serde_json::from_str::<Limit>(r#"{"time":"soon"}"#).unwrap_err();
        assert!(
            error.to_string().starts_with("`soon` is no duration"),
            "{error}"
        );
    }
}
