use std::num::NonZeroUsize;
use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::options::Checking;
use super::variables::Variables;
use super::{Located, Mistake, Settings, SpecError, Value};
use crate::edge::{Capacity, Overflow};
use crate::graph::{MOST_REPLICAS, OnError, Placement};

/// How a stage is run, with every value understood.
#[derive(Clone, Debug, Default)]
pub(super) struct Understood {
    pub(super) on_error: Option<OnError>,
    pub(super) placement: Option<Placement>,
    pub(super) capacity: Option<Capacity>,
    pub(super) overflow: Option<Overflow>,
    /// Replicas, if there shall be more than one.
    pub(super) replicas: Option<Located<Replicas>>,
}

/// How many of a stage run side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replicas {
    pub(super) count: NonZeroUsize,
    pub(super) in_order: bool,
}

impl Understood {
    /// These, and where they say nothing, those of the module around. Its
    /// replicas are its own.
    pub(super) fn within(self, around: &Self) -> Self {
        Self {
            on_error: self.on_error.or(around.on_error),
            placement: self.placement.or(around.placement),
            capacity: self.capacity.or(around.capacity),
            overflow: self.overflow.or(around.overflow),
            replicas: self.replicas,
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
                            the stage before it, on one of its own, or on \
                            one of a pool of so many.",
            "anyOf": [
                { "type": "string", "enum": ["by-cost", "inherit", "own"] },
                {
                    "type": "object",
                    "properties": { "pool": { "type": "integer", "minimum": 1 } },
                    "required": ["pool"],
                    "additionalProperties": false,
                },
            ],
        },
        "replicas": {
            "description": "How many of the stage run side by side, and whether messages keep \
                            their order, as they do unless `any` is said.",
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": MOST_REPLICAS },
                {
                    "type": "object",
                    "properties": {
                        "count": { "type": "integer", "minimum": 1, "maximum": MOST_REPLICAS },
                        "order": { "type": "string", "enum": ["preserve", "any"] },
                    },
                    "required": ["count"],
                    "additionalProperties": false,
                },
            ],
        },
        "capacity": {
            "description": "How many messages the edge may hold: a number, `adaptive` (as many \
                            as pay for themselves), `interactive` (the same for prompt answers), \
                            or a table with the bounds of an adaptive capacity.",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "enum": ["adaptive", "interactive"] },
                {
                    "type": "object",
                    "properties": {
                        "target": { "type": "string" },
                        "min": { "type": "integer", "minimum": 1 },
                        "max": { "type": "integer", "minimum": 1 },
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
        let on_error = self.json("on-error", settings.on_error.as_ref());
        let placement = self.json("placement", settings.placement.as_ref());
        let overflow = self.json("overflow", settings.overflow.as_ref());
        Understood {
            on_error: on_error.map(|on_error| match on_error.as_str() {
                Some("dead-letter") => OnError::DeadLetter,
                _ => OnError::Stop,
            }),
            placement: placement.map(|placement| match placement.as_str() {
                Some("inherit") => Placement::Inherit,
                Some("own") => Placement::Own,
                _ => number(placement.get("pool"))
                    .and_then(NonZeroUsize::new)
                    .map_or(Placement::ByCost, Placement::Pool),
            }),
            capacity: self.capacity(settings.capacity.as_ref()),
            overflow: overflow.map(|overflow| match overflow.as_str() {
                Some("drop-newest") => Overflow::DropNewest,
                Some("drop-oldest") => Overflow::DropOldest,
                Some("fail") => Overflow::Fail,
                _ => Overflow::Block,
            }),
            replicas: self.replicas(settings.replicas.as_ref()),
        }
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

    fn capacity(&mut self, value: Option<&Located<Value>>) -> Option<Capacity> {
        let json = self.json("capacity", value)?;
        let read = match (json.as_str(), number(Some(&json))) {
            (Some("interactive"), _) => Ok(Capacity::interactive()),
            (Some(_), _) => Ok(Capacity::adaptive()),
            (None, Some(messages)) => Ok(Capacity::Fixed(messages)),
            (None, None) => adaptive(&json),
        };
        let read = read.and_then(|capacity| match capacity.check() {
            Ok(()) => Ok(capacity),
            Err(error) => Err(error.to_string()),
        });
        match read {
            Ok(capacity) => Some(capacity),
            Err(text) => {
                let error = SpecError::new(Mistake::Setting, &value?.place, text);
                self.errors.push(error);
                None
            }
        }
    }

    fn replicas(&mut self, value: Option<&Located<Value>>) -> Option<Located<Replicas>> {
        let json = self.json("replicas", value)?;
        let count = number(json.get("count").or(Some(&json))).and_then(NonZeroUsize::new)?;
        let in_order = json.get("order").and_then(Json::as_str) != Some("any");
        let replicas = Located::new(Replicas { count, in_order }, value?.place.clone());
        (count.get() > 1).then_some(replicas)
    }
}

/// An adaptive capacity with bounds of the spec.
fn adaptive(json: &Json) -> Result<Capacity, String> {
    let Capacity::Adaptive { target, min, max } = Capacity::adaptive() else {
        return Ok(Capacity::adaptive());
    };
    let target = match json.get("target").and_then(Json::as_str) {
        None => target,
        Some(text) => humantime::parse_duration(text).map_err(|_| {
            format!("`capacity.target` is `{text}`, which is no duration: write one such as `5ms`")
        })?,
    };
    Ok(Capacity::Adaptive {
        target,
        min: number(json.get("min")).unwrap_or(min),
        max: number(json.get("max")).unwrap_or(max),
    })
}

fn number(json: Option<&Json>) -> Option<usize> {
    json?.as_u64()?.try_into().ok()
}
