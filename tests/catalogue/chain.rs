//! Pipelines made of the registry's stages by their names and options, as
//! those from files are.

use std::fs;
use std::path::Path;

use millpond::Pipeline;
use millpond::graph::AnyOutlet;
use millpond::stage::Registry;
use serde_json::{Value, json};

use super::run;

/// Adds each stage after the one before it.
fn chain(name: &str, stages: impl IntoIterator<Item = (&'static str, Value)>) -> Pipeline {
    let registry = Registry::collected().unwrap();
    let pipeline = Pipeline::named(name);
    let mut outlets: Vec<AnyOutlet> = Vec::new();
    for (id, options) in stages {
        let types: Vec<_> = outlets
            .iter()
            .map(|outlet| outlet.message().clone())
            .collect();
        let mut entries = registry.latest(id).unwrap().entries().iter();
        let entry = entries.find(|entry| entry.signature().infer(&types).is_ok());
        let entry = entry.unwrap_or_else(|| unreachable!("{id} does not accept {types:?}"));
        outlets = entry.build(options, pipeline.builder(), outlets).unwrap();
    }
    pipeline
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn lines_go_from_file_to_file_by_way_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    let log = concat!(
        "{\"level\": \"warn\", \"host\": \"b\", \"took\": 0.1}\n",
        "{\"level\": \"info\", \"host\": \"a\", \"took\": 3}\n",
        "not json\n",
        "{\"level\": \"warn\", \"host\": \"a\"}\n",
    );
    fs::write(&from, log).unwrap();
    let report = run(chain(
        "log",
        [
            ("from-file", json!({ "path": from })),
            ("monitor", json!({ "what": "lines", "every": "1h" })),
            ("parse-json", json!({})),
            ("filter", json!({ "field": "level", "equals": "warn" })),
            ("select", json!({ "fields": ["took", "where=host"] })),
            ("to-file", json!({ "path": to, "mode": "new" })),
        ],
    ))
    .await;
    assert_eq!(
        lines(&to),
        ["{\"took\":0.1,\"where\":\"b\"}", "{\"where\":\"a\"}"]
    );
    assert_eq!(report.node("parse-json").dead_lettered, 1);
}

#[tokio::test]
async fn lines_pass_a_stage_for_anything_and_stay_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    fs::write(&from, "a \"b\"\nc").unwrap();
    run(chain(
        "copy",
        [
            ("from-file", json!({ "path": from })),
            ("monitor", json!({ "every": "1h" })),
            ("to-file", json!({ "path": to })),
        ],
    ))
    .await;
    assert_eq!(lines(&to), ["a \"b\"", "c"]);
}

#[tokio::test]
async fn batches_of_what_was_hidden_are_lines_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    fs::write(&from, "{\"b\":0.1,\"a\":1}\n2\n3\n").unwrap();
    run(chain(
        "batches",
        [
            ("from-file", json!({ "path": from })),
            ("parse-json", json!({})),
            ("batch", json!({ "max-items": 2, "max-wait": "1h" })),
            ("to-file", json!({ "path": to })),
        ],
    ))
    .await;
    assert_eq!(lines(&to), ["[{\"b\":0.1,\"a\":1},2]", "[3]"]);
}

#[tokio::test]
async fn the_paths_of_a_walk_are_lines_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (walked, to) = (folder.path().join("walked"), folder.path().join("out"));
    fs::create_dir(&walked).unwrap();
    fs::write(walked.join("a b"), "").unwrap();
    run(chain(
        "walk",
        [
            ("walk-files", json!({ "paths": [walked] })),
            ("to-file", json!({ "path": to })),
        ],
    ))
    .await;
    assert_eq!(lines(&to), [walked.join("a b").display().to_string()]);
}

#[test]
fn options_are_refused_with_their_name_and_what_they_may_be() {
    let registry = Registry::collected().unwrap();
    let refused = |id: &str, options: Value| {
        let entry = registry.latest(id).unwrap().entries()[0];
        let built = entry.build(options, Pipeline::named("p").builder(), Vec::new());
        built.unwrap_err().to_string()
    };
    let missing = refused("from-file", json!({}));
    assert_eq!(missing, "missing field `path`");
    let unknown = refused("from-file", json!({ "path": "a", "pathh": "b" }));
    assert!(
        unknown.starts_with("option `pathh`: unknown field `pathh`"),
        "{unknown}"
    );
    let zero = refused("from-file", json!({ "path": "a", "max-line-bytes": 0 }));
    assert!(
        zero.starts_with("option `max-line-bytes`: invalid value: integer `0`"),
        "{zero}"
    );
    let odd = refused("from-stdin", json!({ "invalid-utf8": "drop" }));
    assert!(
        odd.contains("unknown variant `drop`, expected `reject` or `replace`"),
        "{odd}"
    );
}
