//! How a stage is written, made from its options.

use serde_json::Value as Json;

use super::options::StageOption;
use crate::pipeline::spec::PipelineSpec;

/// The stage in a spec file, with the options that must be given; if there are
/// none, with the first.
pub(super) fn toml_example(id: &str, options: &[StageOption]) -> String {
    let required = options.iter().filter(|option| option.is_required).count();
    let given = options.iter().take(required.max(1));
    let with: Vec<_> = given
        .map(|option| format!("{} = {}", option.name, toml(&option.example())))
        .collect();
    match &with[..] {
        [] => format!("[[stage]]\nuse = \"{id}\"\n"),
        with => format!(
            "[[stage]]\nuse = \"{id}\"\nwith = {{ {} }}\n",
            with.join(", ")
        ),
    }
}

/// The same on one line.
pub(super) fn inline_example(id: &str, options: &[StageOption]) -> String {
    let spec = PipelineSpec::parse("example", &toml_example(id, options));
    let inline = spec.ok().and_then(|spec| spec.to_inline().ok());
    inline.unwrap_or_else(|| id.to_owned())
}

/// A JSON value as TOML. `null`, which TOML lacks, is an empty text.
pub(super) fn toml(json: &Json) -> String {
    match json {
        Json::Null => "\"\"".to_owned(),
        // What JSON escapes, TOML reads in the same way.
        Json::Bool(_) | Json::Number(_) | Json::String(_) => json.to_string(),
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Json::Object(entries) => {
            let entries = entries.iter();
            let entries: Vec<_> = entries
                .map(|(key, value)| format!("{} = {}", Json::from(key.as_str()), toml(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::options::options;

    #[test]
    fn an_example_has_the_options_that_must_be_given_in_both_notations() {
        let schema = json!({
            "properties": {
                "path": { "type": "string" },
                "max": { "type": "integer", "minimum": 2 },
                "other": { "type": "boolean" },
            },
            "required": ["path", "max"],
        });
        let options = options(&schema);
        let expected = "[[stage]]\nuse = \"copy\"\nwith = { path = \"output.jsonl\", max = 2 }\n";
        assert_eq!(toml_example("copy", &options), expected);
        assert_eq!(
            inline_example("copy", &options),
            "copy --path output.jsonl --max 2"
        );
        assert_eq!(inline_example("copy", &[]), "copy");
    }

    #[test]
    fn json_is_written_as_toml() {
        let json = json!({ "a b": [1, "x\"y"], "c": {} });
        assert_eq!(toml(&json), r#"{ "a b" = [1, "x\"y"], "c" = {} }"#);
    }
}
