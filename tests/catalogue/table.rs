//! `docs/CATALOGUE.md` is what the registry says.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use millpond::stage::{Registered, Registry};
use serde_json::Value;

/// Writes the page anew where it is set.
const WRITE: &str = "MILLPOND_WRITE_CATALOGUE";

const HEAD: &str = "\
# The catalogue

The stages that come with millpond and can be used by their names, in pipelines
from files and on the command line. From Rust they are the structs of
`millpond::stages`, with the same options: `max-items` is `max_items` there.

(This page is made from the registry by `tests/catalogue/table.rs`, which also
checks it: `MILLPOND_WRITE_CATALOGUE=1 cargo test --features dense --test catalogue table`
writes it.)

| stage | reads and emits | what it does |
| --- | --- | --- |
";

/// Stages that are there only with a feature.
const GATED: &[(&str, bool)] = &[("dense", cfg!(feature = "dense"))];

/// In the order in which a pipeline uses them.
const ORDER: &[&str] = &[
    "from-file",
    "from-stdin",
    "walk-files",
    "parse-json",
    "filter",
    "select",
    "batch",
    "monitor",
    "infer",
    "tensors-from-json",
    "to-device",
    "normalise",
    "one-hot",
    "dense",
    "forest",
    "softmax",
    "sigmoid-threshold",
    "threshold",
    "masked-mean",
    "reconstruction-error",
    "row-max",
    "to-host",
    "tensors-to-json",
    "to-file",
    "to-stdout",
];

fn row(stage: &Registered) -> String {
    let id = stage.id();
    let signatures = stage.signatures().into_iter();
    let types: Vec<_> = signatures.map(|types| format!("`{types}`")).collect();
    let help = one_line(&stage.help());
    let sentence = help.split_once(". ").map_or(&*help, |(first, _)| first);
    let sentence = sentence.trim_end_matches('.');
    format!(
        "| [`{id}`](#{id}) | {} | {sentence} |\n",
        types.join("<br>")
    )
}

fn section(stage: &Registered) -> String {
    let mut text = format!("\n## {}\n\n{}\n\n", stage.id(), demoted(&stage.help()));
    let schema = stage.schema();
    let Some(options) = schema.get("properties").and_then(Value::as_object) else {
        text.push_str("It has no options.\n");
        return text;
    };
    text.push_str("| option | value | default | meaning |\n| --- | --- | --- | --- |\n");
    for (name, option) in options {
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.is_some_and(|names| names.contains(&Value::from(&**name)));
        let default = match option.get("default") {
            Some(default) => format!("`{}`", shown(default)),
            None if required => "required".to_owned(),
            None => String::new(),
        };
        let help = one_line(option["description"].as_str().unwrap_or_default());
        writeln!(
            text,
            "| `{name}` | {} | {default} | {help} |",
            value_of(option)
        )
        .unwrap();
    }
    text
}

/// What an option may be, in words.
fn value_of(option: &Value) -> String {
    if let Some(variants) = option["oneOf"].as_array() {
        let shown = variants.iter().map(|variant| {
            let help = one_line(variant["description"].as_str().unwrap_or_default());
            format!(
                "`{}`: {help}",
                variant["const"].as_str().unwrap_or_default()
            )
        });
        return shown.collect::<Vec<_>>().join("<br>");
    }
    let kinds: Vec<_> = match &option["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let words = kinds
        .iter()
        .filter(|kind| **kind != "null")
        .map(|kind| match *kind {
            "array" => format!("list: {}", value_of(&option["items"])),
            "boolean" => "`true` or `false`".to_owned(),
            "integer" => match option["minimum"].as_u64() {
                Some(least @ 1..) => format!("whole number, at least {least}"),
                _ => "whole number".to_owned(),
            },
            "string" => text_of(option),
            other => other.to_owned(),
        });
    words.collect::<Vec<_>>().join(", ")
}

fn text_of(option: &Value) -> String {
    let word = match (
        option["x-millpond-exists"].as_str(),
        option["format"].as_str(),
    ) {
        (Some("file"), _) => "file that exists",
        (Some(_), _) => "path that exists",
        (_, Some("regex")) => "regular expression",
        _ if option["x-millpond-format"] == "duration" => "duration, such as `5ms` or `1h 30m`",
        _ => "text",
    };
    word.to_owned()
}

fn shown(default: &Value) -> String {
    match default {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn one_line(text: &str) -> String {
    let first = text.split("\n\n").next().unwrap_or_default();
    first.replace('\n', " ").replace('|', "\\|")
}

/// The headings of the help, below that of the stage.
fn demoted(help: &str) -> String {
    help.replace("\n# ", "\n### ")
}

/// Takes out what belongs to a stage that this build does not have.
fn without(page: &str, id: &str) -> String {
    let row = format!("| [`{id}`](#{id}) ");
    let section = format!("\n## {id}\n");
    let (before, after) = page.split_once(&section).unwrap_or((page, ""));
    let after = after
        .split_once("\n## ")
        .map_or(String::new(), |(_, rest)| format!("\n## {rest}"));
    let kept = before.lines().filter(|line| !line.starts_with(&row));
    kept.collect::<Vec<_>>().join("\n") + "\n" + &after
}

#[test]
fn the_page_of_the_catalogue_is_what_the_registry_says() {
    let registry = Registry::collected().unwrap();
    let mut stages: Vec<_> = registry.iter().collect();
    stages.sort_by_key(|stage| ORDER.iter().position(|id| *id == stage.id()));
    let rows: String = stages.iter().map(|stage| row(stage)).collect();
    let sections: String = stages.iter().map(|stage| section(stage)).collect();
    let made = format!("{HEAD}{rows}{sections}");

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CATALOGUE.md");
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, &made).unwrap();
    }
    let mut page = fs::read_to_string(&path).unwrap();
    for (id, _) in GATED.iter().filter(|(_, here)| !here) {
        page = without(&page, id);
    }
    assert!(
        page == made,
        "docs/CATALOGUE.md is not what the registry says: write it with {WRITE}=1"
    );
}

#[test]
fn every_stage_and_option_says_what_it_is() {
    for stage in Registry::collected().unwrap().iter() {
        assert!(!stage.help().is_empty(), "{stage}");
        let schema = stage.schema();
        let options = schema.get("properties").and_then(Value::as_object);
        for (name, option) in options.into_iter().flatten() {
            let help = option["description"].as_str().unwrap_or_default();
            assert!(
                help.ends_with('.'),
                "{}: option `{name}`: {help:?}",
                stage.id()
            );
        }
        assert_eq!(
            schema.get("additionalProperties"),
            Some(&Value::Bool(false)),
            "{stage}"
        );
    }
}
