use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::options::Checking;
use super::variables::Variables;
use super::{Located, Mistake, Settings, SpecError, Value};
use crate::graph::{OnError, Placement};

/// How a stage is run, with every value understood.
#[derive(Clone, Debug, Default)]
pub(super) struct Understood {
    pub(super) on_error: Option<OnError>,
    pub(super) placement: Option<Placement>,
    pub(super) capacity: Option<usize>,
}

impl Understood {
    /// These, and where they say nothing, those of the module around.
    ///
    /// Capacities are those of the edges of one stage.
    pub(super) fn within(self, around: &Self) -> Self {
        Self {
            on_error: self.on_error.or(around.on_error),
            placement: self.placement.or(around.placement),
            capacity: self.capacity.or(around.capacity),
        }
    }
}

/// The JSON Schemas of the settings, by key.
pub(super) static SCHEMAS: LazyLock<Json> = LazyLock::new(|| {
    json!({
        "on-error": {
            "description": "What becomes of a message that the stage refuses: it ends the run, \
                            or it goes to the dead letters, which are counted and logged.",
            "enum": ["stop", "dead-letter"],
        },
        "placement": {
            "description": "On which worker the stage runs: as its cost suggests, on that of \
                            the stage before it, or on one of its own.",
            "enum": ["by-cost", "inherit", "own"],
        },
        "replicas": {
            "description": "How many of the stage run side by side, and whether messages keep \
                            their order.",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                {
                    "type": "object",
                    "properties": {
                        "count": { "type": "integer", "minimum": 1 },
                        "order": { "enum": ["preserve", "any"] },
                    },
                    "required": ["count"],
                    "additionalProperties": false,
                },
            ],
        },
        "capacity": {
            "description": "How many messages the edge may hold: a number, `adaptive` (as many \
                            as pay for themselves), `interactive` (the same for prompt answers), \
                            a weight, or the bounds of an adaptive capacity.",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "enum": ["adaptive", "interactive"] },
                {
                    "type": "object",
                    "properties": {
                        "target": { "type": "string" },
                        "min": { "type": "integer", "minimum": 1 },
                        "max": { "type": "integer", "minimum": 1 },
                        "weight": { "type": "integer", "minimum": 1 },
                    },
                    "additionalProperties": false,
                },
            ],
        },
        "overflow": {
            "description": "What becomes of a message that is sent on a full edge.",
            "enum": ["block", "drop-newest", "drop-oldest", "fail"],
        },
    })
});

/// Reads settings: what is wrong is told, and left out.
pub(super) struct Reading<'a> {
    pub(super) variables: &'a Variables<'a>,
    /// They were written as words.
    pub(super) words: bool,
    pub(super) errors: &'a mut Vec<SpecError>,
}

impl Reading<'_> {
    pub(super) fn all(&mut self, settings: &Settings) -> Understood {
        self.unbuilt(settings);
        let on_error = self.json("on-error", settings.on_error.as_ref());
        let placement = self.json("placement", settings.placement.as_ref());
        Understood {
            on_error: on_error.map(|on_error| match on_error.as_str() {
                Some("dead-letter") => OnError::DeadLetter,
                _ => OnError::Stop,
            }),
            placement: placement.map(|placement| match placement.as_str() {
                Some("inherit") => Placement::Inherit,
                Some("own") => Placement::Own,
                _ => Placement::ByCost,
            }),
            capacity: self.capacity(settings.capacity.as_ref()),
        }
    }

    /// Tells the values that cannot be built yet.
    fn unbuilt(&mut self, settings: &Settings) {
        let overflow = self.json("overflow", settings.overflow.as_ref());
        if let (Some(value), Some(json)) = (&settings.overflow, overflow)
            && json != "block"
        {
            self.unbuilt_value(value, "full edges of specs block");
        }
        let replicas = self.json("replicas", settings.replicas.as_ref());
        let count = replicas.map(|json| json.get("count").unwrap_or(&json).as_u64());
        if let (Some(value), Some(count)) = (&settings.replicas, count)
            && count != Some(1)
        {
            self.unbuilt_value(value, "stages of specs run once");
        }
    }

    fn unbuilt_value(&mut self, value: &Located<Value>, text: &str) {
        let error = SpecError::new(Mistake::Setting, &value.place, text);
        self.errors.push(error.help("build this pipeline in Rust"));
    }

    /// The value under a key, checked against its schema.
    fn json(&mut self, key: &str, value: Option<&Located<Value>>) -> Option<Json> {
        let expanded = self.variables.expand(value?, self.errors)?;
        let mut checking = Checking {
            root: &SCHEMAS,
            stage: None,
            is_loose: self.words || expanded.is_foreign,
            is_silent: expanded.is_foreign,
            errors: Vec::new(),
        };
        let json = checking.value(SCHEMAS.get(key)?, &expanded.value, key);
        self.errors.append(&mut checking.errors);
        json
    }

    fn capacity(&mut self, value: Option<&Located<Value>>) -> Option<usize> {
        let json = self.json("capacity", value)?;
        let messages = json.as_u64().and_then(|messages| messages.try_into().ok());
        if let (None, Some(value)) = (messages, value) {
            self.unbuilt_value(
                value,
                "edges of specs have a number of messages as capacity",
            );
        }
        messages
    }
}
