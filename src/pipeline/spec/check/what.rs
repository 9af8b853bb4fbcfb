use std::sync::LazyLock;

use semver::Version;
use serde_json::{Value as Json, json};

use crate::stage::{Entry, Signature};

/// What a stage of a spec turned out to be.
#[derive(Clone, Debug)]
pub(in crate::pipeline::spec) enum What {
    /// A stage or module of the registry.
    Registered {
        version: Version,
        /// Its implementations.
        entries: Vec<&'static Entry>,
    },
    /// Joins any number of outlets of one type.
    Merge,
    /// Copies each message to all of these outlets.
    Broadcast { outlets: Vec<String> },
    /// It is not there, which has been told.
    Unknown,
}

/// The stages that every spec has: their ports depend on their use, so they
/// stand in no registry.
pub(in crate::pipeline::spec) const BUILT_IN: [&str; 2] = ["broadcast", "merge"];

/// The options of the built-in stages, by id.
pub(in crate::pipeline::spec) static BUILT_IN_SCHEMAS: LazyLock<Json> = LazyLock::new(|| {
    json!({
        "broadcast": {
            "description": "Gives every outlet a copy of every message.",
            "type": "object",
            "properties": {
                "outlets": {
                    "description": "The names of its outlets.",
                    "type": "array",
                    "items": { "type": "string", "minLength": 1 },
                    "uniqueItems": true,
                    "minItems": 2,
                    "maxItems": 16,
                },
            },
            "required": ["outlets"],
            "additionalProperties": false,
        },
        "merge": {
            "description": "Joins outlets of one message type, in the order of arrival.",
            "type": "object",
            "properties": {},
            "additionalProperties": false,
        },
    })
});

impl What {
    /// How many outlets it reads, if that is known and fixed.
    pub(super) fn input_count(&self) -> Option<usize> {
        match self {
            Self::Registered { entries, .. } => Some(signature(entries).inputs.len()),
            Self::Broadcast { .. } => Some(1),
            Self::Merge | Self::Unknown => None,
        }
    }

    /// The names of its outlets, if they are known.
    pub(super) fn outlets(&self) -> Option<Vec<String>> {
        match self {
            Self::Registered { entries, .. } => {
                let ports = signature(entries).outputs.into_iter();
                Some(ports.map(|port| port.name).collect())
            }
            Self::Merge => Some(vec!["0".to_owned()]),
            Self::Broadcast { outlets } => Some(outlets.clone()),
            Self::Unknown => None,
        }
    }
}

/// The ports are those of every implementation; only the types differ.
fn signature(entries: &[&'static Entry]) -> Signature {
    match entries.first() {
        Some(entry) => entry.signature(),
        None => Signature {
            inputs: Vec::new(),
            outputs: Vec::new(),
        },
    }
}
