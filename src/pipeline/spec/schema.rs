use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::ParamType;
use super::check::{BUILT_IN, BUILT_IN_SCHEMAS};
use super::settings::SCHEMAS;
use crate::stage::{Registered, Registry};

/// The JSON Schema of specs, with the stages of `registry` and their options.
///
/// An editor that is given it completes the ids of stages and their options
/// while a spec is written.
pub fn schema(registry: &Registry) -> Json {
    let ids: BTreeSet<_> = registry.iter().map(Registered::id).collect();
    let latest = ids.iter().filter_map(|id| registry.latest(id).ok());
    let registered = latest.map(|latest| stage(latest.id(), &latest.schema().to_value()));
    let built_in = BUILT_IN.map(|id| stage(id, &BUILT_IN_SCHEMAS[id]));
    let mut known: Vec<_> = registered.chain(built_in).collect();
    let ids: Vec<_> = ids.into_iter().chain(BUILT_IN).collect();
    known.push(other(&ids));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "millpond pipeline",
        "type": "object",
        "properties": {
            "name": {
                "description": "The name of the pipeline; the stem of the file if none is given.",
                "type": "string",
            },
            "include": {
                "description": "Files whose modules may be used, seen from this file.",
                "type": "array",
                "items": { "type": "string" },
            },
            "defaults": {
                "description": "Settings of every stage that says nothing else.",
                "type": "object",
                "properties": {
                    "capacity": setting("capacity"),
                    "overflow": setting("overflow"),
                    "on-error": setting("on-error"),
                },
                "additionalProperties": false,
            },
            "stage": {
                "description": "The stages; each reads the one before it unless it says `inputs`.",
                "type": "array",
                "items": { "$ref": "#/$defs/stage" },
            },
            "module": {
                "description": "Modules, by id: stages with parameters.",
                "type": "object",
                "additionalProperties": { "$ref": "#/$defs/module" },
            },
        },
        "additionalProperties": false,
        "$defs": {
            "stage": { "allOf": [stage_frame(), { "oneOf": known }] },
            "module": module(),
        },
    })
}

/// A setting's schema, or a text with variables in it.
fn setting(key: &str) -> Json {
    json!({ "anyOf": [SCHEMAS[key], { "type": "string", "pattern": "\\$\\{" }] })
}

/// The keys that every stage has.
fn stage_frame() -> Json {
    json!({
        "type": "object",
        "properties": {
            "use": {
                "description": "The id of a stage or module, with `@` and a version requirement \
                                if one is wanted.",
                "type": "string",
            },
            "name": {
                "description": "Its name; the id if none is given, numbered where it repeats.",
                "type": "string",
                "pattern": "^[^./]+$",
            },
            "inputs": {
                "description": "What it reads, each `name` or `name.outlet`.",
                "type": "array",
                "items": { "type": "string" },
            },
            "with": { "description": "Its options.", "type": "object" },
            "on-error": setting("on-error"),
            "placement": setting("placement"),
            "replicas": setting("replicas"),
            "edge": {
                "description": "The edges after it.",
                "type": "object",
                "properties": {
                    "capacity": setting("capacity"),
                    "overflow": setting("overflow"),
                },
                "additionalProperties": false,
            },
        },
        "required": ["use"],
        "additionalProperties": false,
    })
}

/// A module that is written in a spec: any other id, with any options.
fn other(known: &[&str]) -> Json {
    let ids = known.join("|");
    json!({ "properties": { "use": { "not": { "pattern": format!("^({ids})(@.*)?$") } } } })
}

/// The options of the stage of this id. Any version may be asked for.
fn stage(id: &str, options: &Json) -> Json {
    let mut with = Map::new();
    for key in ["type", "properties", "additionalProperties", "$defs"] {
        if let Some(value) = options.get(key) {
            with.insert(key.to_owned(), value.clone());
        }
    }
    let mut known = json!({
        "properties": {
            "use": { "type": "string", "pattern": format!("^{id}(@.*)?$") },
            "with": with,
        },
    });
    if let Some(text) = options.get("description") {
        known["description"] = text.clone();
    }
    let required = options.get("required").and_then(Json::as_array);
    if required.is_some_and(|required| !required.is_empty()) {
        known["properties"]["with"]["required"] = options["required"].clone();
        known["required"] = json!(["with"]);
    }
    known
}

fn module() -> Json {
    json!({
        "type": "object",
        "properties": {
            "params": {
                "description": "Its parameters; `${param.name}` in the values of its stages.",
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "type": { "enum": ParamType::ALL.map(ParamType::name) },
                        "default": { "description": "Its value if none is given." },
                        "help": { "type": "string" },
                    },
                    "required": ["type"],
                    "additionalProperties": false,
                },
            },
            "inputs": {
                "description": "The names of its inlets, which its stages read.",
                "type": "array",
                "items": { "type": "string" },
            },
            "outputs": {
                "description": "The outlets of its stages that are its own: a list, or a table \
                                that gives them other names.",
                "anyOf": [
                    { "type": "array", "items": { "type": "string" } },
                    { "type": "object", "additionalProperties": { "type": "string" } },
                ],
            },
            "stage": {
                "description": "Its stages.",
                "type": "array",
                "items": { "$ref": "#/$defs/stage" },
            },
        },
        "additionalProperties": false,
    })
}
