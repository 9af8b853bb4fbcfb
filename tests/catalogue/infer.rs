use std::fs;
use std::path::PathBuf;

use millpond::inference::InferJson;
use millpond::stages::FromIter;
use millpond::{Pipeline, stage::Registry};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Kept, refused, run};

/// One question: is `x` at most 2? What is missing goes right.
const TREE: &str = "\
tree
version=v4
num_class=1
num_tree_per_iteration=1
max_feature_idx=1
objective=regression
feature_names=x y

Tree=0
num_leaves=2
num_cat=0
split_feature=0
threshold=2
decision_type=8
left_child=-1
right_child=-2
leaf_value=10 20.5

end of trees
";

/// A folder with a file called `model.txt`.
fn folder(model: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.txt");
    fs::write(&path, model).unwrap();
    (folder, path)
}

fn infer(model: &PathBuf, mut options: Value) -> InferJson {
    options["model"] = json!(model);
    serde_json::from_value(options).unwrap()
}

async fn refusal(model: &PathBuf, options: Value) -> String {
    let pipeline = Pipeline::named("infer");
    let messages = pipeline.source(FromIter::new([json!({})]));
    let answered = messages.stage(infer(model, options));
    refused(answered.for_each("answered", drop)).await
}

#[tokio::test]
async fn trees_answer_each_message_and_null_is_what_is_missing() {
    let (_folder, model) = folder(TREE.as_bytes());
    let messages = [
        json!({ "features": [1, 0] }),
        json!({ "features": [3, null] }),
        json!({ "features": [null, 0] }),
    ];
    let pipeline = Pipeline::named("infer");
    let options = json!({ "outputs": ["score=value"], "threads": 1, "device": "cpu" });
    let answered = pipeline
        .source(FromIter::new(messages))
        .stage(infer(&model, options));
    let (pipeline, answered) = Kept::from(answered, "answered");
    run(pipeline).await;
    assert_eq!(
        answered.take(),
        [
            json!({ "features": [1, 0], "score": [10.0] }),
            json!({ "features": [3, null], "score": [20.5] }),
            json!({ "features": [null, 0], "score": [20.5] }),
        ]
    );
}

#[tokio::test]
async fn a_message_whose_features_do_not_fit_is_a_dead_letter() {
    let (_folder, model) = folder(TREE.as_bytes());
    let messages = [
        json!({ "features": [1] }),
        json!({ "features": ["1", 2] }),
        json!({ "features": [1, 2] }),
    ];
    let pipeline = Pipeline::named("infer");
    let answered = pipeline
        .source(FromIter::new(messages))
        .stage(infer(&model, json!({})));
    let (pipeline, answered) = Kept::from(answered, "answered");
    let report = run(pipeline).await;
    assert_eq!(report.node("infer/fill").dead_lettered, 2);
    assert_eq!(
        answered.take(),
        [json!({ "features": [1, 2], "margin": [10.0], "value": [10.0] })]
    );
}

#[tokio::test]
async fn a_model_that_cannot_be_used_as_asked_refuses_the_stage() {
    let (_folder, model) = folder(TREE.as_bytes());
    let unknown = refusal(&model, json!({ "outputs": ["x=probabilities"] })).await;
    assert!(
        unknown.contains("the model has no output `probabilities`"),
        "{unknown}"
    );
    let (_folder, broken) = folder(TREE.replace("=10 20.5", "=10").as_bytes());
    let broken = refusal(&broken, json!({})).await;
    assert!(
        broken.contains("line 17: `leaf_value` has 1 numbers instead of 2"),
        "{broken}"
    );
    let (_folder, other) = folder(b"a,b,c\n1,2,3\n");
    let other = refusal(&other, json!({})).await;
    assert!(other.contains("is no model that can be opened"), "{other}");
}

#[cfg(not(feature = "cuda"))]
#[tokio::test]
async fn a_device_that_is_not_built_in_refuses_the_stage() {
    let (_folder, model) = folder(TREE.as_bytes());
    let refusal = refusal(&model, json!({ "device": "cuda:1" })).await;
    assert!(refusal.contains("--features cuda"), "{refusal}");
}

#[test]
fn it_is_in_the_registry() {
    let registry = Registry::collected().unwrap();
    let infer = registry.latest("infer").unwrap();
    assert_eq!(infer.to_string(), "infer: Value -> Value");
}
