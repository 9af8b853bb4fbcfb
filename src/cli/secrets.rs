use serde_json::Value as Json;

use super::catalogue::Catalogue;
use crate::pipeline::spec::is_secret;

/// Deeper than this, references are taken to go round in circles.
const DEEPEST: usize = 16;

/// The names of options that are never shown, within other options too.
pub(super) fn secrets(catalogue: &Catalogue) -> Vec<String> {
    let mut names = Vec::new();
    for stage in catalogue.iter() {
        collect(&stage.schema, &stage.schema, &mut names);
    }
    names.sort();
    names.dedup();
    names
}

/// Adds the secret options that are described anywhere in `part`.
fn collect(part: &Json, root: &Json, names: &mut Vec<String>) {
    let properties = part.get("properties").and_then(Json::as_object);
    for (name, option) in properties.into_iter().flatten() {
        if holds_secret(option, root, DEEPEST) {
            names.push(name.clone());
        }
    }
    match part {
        Json::Object(parts) => parts.values().for_each(|part| collect(part, root, names)),
        Json::Array(parts) => parts.iter().for_each(|part| collect(part, root, names)),
        _ => {}
    }
}

/// Whether an option is a secret, may be one, or is a list of them.
fn holds_secret(option: &Json, root: &Json, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let holds = |option| holds_secret(option, root, depth);
    let target = option.get("$ref").and_then(Json::as_str);
    let target = target.and_then(|target| root.pointer(target.strip_prefix('#')?));
    let choices = ["anyOf", "oneOf", "allOf", "prefixItems"];
    let choices = choices.iter().filter_map(|key| option.get(key)?.as_array());
    let items = ["items", "additionalProperties"];
    is_secret(option)
        || target.is_some_and(holds)
        || choices.flatten().any(holds)
        || items.iter().filter_map(|key| option.get(key)).any(holds)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_found_however_deep_and_however_marked() {
        let schema = json!({
            "properties": {
                "marked": { "x-millpond-secret": true },
                "written": { "writeOnly": true },
                "word": { "type": "string", "format": "password" },
                "perhaps": { "anyOf": [{ "$ref": "#/$defs/Key" }, { "type": "null" }] },
                "several": { "items": { "$ref": "#/$defs/Key" } },
                "plain": { "type": "string" },
                "outer": { "properties": { "inner": { "writeOnly": true } } },
                "round": { "$ref": "#/$defs/Round" }
            },
            "$defs": {
                "Key": { "writeOnly": true },
                "Round": { "anyOf": [{ "$ref": "#/$defs/Round" }] }
            }
        });
        let mut names = Vec::new();
        collect(&schema, &schema, &mut names);
        names.sort();
        let expected = ["inner", "marked", "perhaps", "several", "word", "written"];
        assert_eq!(names, expected);
    }
}
