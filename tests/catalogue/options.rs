use std::time::Duration;

use millpond::stages::{Batch, Filter, Monitor, Select, WalkFiles};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Reads options and writes them again.
#[track_caller]
fn options<S: Serialize + DeserializeOwned>(options: Value) -> Value {
    let stage: S = serde_json::from_value(options).unwrap();
    serde_json::to_value(stage).unwrap()
}

#[test]
fn options_that_are_left_out_are_the_usual_ones() {
    let usual = json!({ "what": "messages", "every": "1s" });
    assert_eq!(options::<Monitor>(json!({})), usual);
    assert_eq!(Monitor::new("files").every, Duration::from_secs(1));
    let usual = json!({ "max-items": 64, "max-wait": "100ms" });
    assert_eq!(options::<Batch>(json!({})), usual);
    let built = serde_json::to_value(Batch::builder().build()).unwrap();
    assert_eq!(built, usual);
}

#[test]
fn options_are_written_as_they_are_read() {
    let select = json!({ "fields": ["a", "b=c.d"], "missing": "reject" });
    assert_eq!(options::<Select>(select.clone()), select);
    let walk = json!({ "paths": ["a", "b"] });
    assert_eq!(options::<WalkFiles>(walk.clone()), walk);
    let filter = json!({ "field": ".", "at-least": 1.5, "exists": true });
    assert_eq!(options::<Filter>(filter.clone()), filter);
}
