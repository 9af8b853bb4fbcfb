//! A duration that may be left out, as [`duration`] has one that may not.

use std::time::Duration;

use schemars::{Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::stage::config::duration;

#[derive(Deserialize, Serialize)]
struct Text(#[serde(with = "duration")] Duration);

pub fn serialize<S: Serializer>(
    duration: &Option<Duration>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    duration.map(Text).serialize(serializer)
}

pub fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let text = Option::<Text>::deserialize(deserializer)?;
    Ok(text.map(|Text(duration)| duration))
}

pub fn schema(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = duration::schema(generator);
    schema.insert("type".to_owned(), ["string", "null"].as_slice().into());
    schema
}
