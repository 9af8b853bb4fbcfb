use std::fs;

use millpond::Pipeline;
use millpond::inference::InferJson;
use millpond::stages::FromIter;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Kept, model, refused, run};

/// A folder with a model of so many tokens, of which the first two are the
/// scores.
fn folder(tokens: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("model.onnx"), model::tiny(tokens, 2)).unwrap();
    folder
}

fn infer(folder: &TempDir, options: Value) -> InferJson {
    let mut options = options;
    options["model"] = json!(folder.path().join("model.onnx"));
    serde_json::from_value(options).unwrap()
}

#[tokio::test]
async fn each_message_gets_what_the_model_gives_for_it_in_order() {
    let folder = folder(3);
    let options = json!({ "inputs": ["bytes=data.raw"], "outputs": ["scores=target_label"] });
    let messages = (0..100).map(|n| json!({ "n": n, "data": { "raw": [n, [n + 1, 0]] } }));
    let pipeline = Pipeline::named("infer");
    let answered = pipeline
        .source(FromIter::new(messages))
        .stage(infer(&folder, options));
    let (pipeline, answered) = Kept::from(answered, "answered");
    run(pipeline).await;
    let expected = (0..100).map(|n| {
        let scores = [f64::from(n), f64::from(n + 1)];
        json!({ "n": n, "data": { "raw": [n, [n + 1, 0]] }, "scores": scores })
    });
    assert_eq!(answered.take(), expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn fields_are_called_as_the_model_calls_them_unless_told_otherwise() {
    let folder = folder(2);
    let pipeline = Pipeline::named("infer");
    let messages = pipeline.source(FromIter::new([json!({ "bytes": [1, 2] })]));
    let answered = messages.stage(infer(&folder, json!({ "threads": 1, "time-limit": "1m" })));
    let (pipeline, answered) = Kept::from(answered, "answered");
    run(pipeline).await;
    assert_eq!(
        answered.take(),
        [json!({ "bytes": [1, 2], "target_label": [1.0, 2.0] })]
    );
}

#[tokio::test]
async fn a_message_whose_numbers_do_not_fit_is_a_dead_letter_and_the_others_go_on() {
    let folder = folder(2);
    let messages = [
        json!({ "bytes": [1, 2] }),
        json!({}),
        json!({ "bytes": [1] }),
        json!({ "bytes": [3, 4] }),
    ];
    let pipeline = Pipeline::named("infer");
    let answered = pipeline
        .source(FromIter::new(messages))
        .stage(infer(&folder, json!({})));
    let (pipeline, answered) = Kept::from(answered, "answered");
    let report = run(pipeline).await;
    assert_eq!(report.node("infer/fill").dead_lettered, 2);
    let scores = answered
        .take()
        .into_iter()
        .map(|message| message["target_label"].clone());
    assert_eq!(
        scores.collect::<Vec<_>>(),
        [json!([1.0, 2.0]), json!([3.0, 4.0])]
    );
}

#[tokio::test]
async fn a_model_that_cannot_be_used_as_asked_refuses_the_stage() {
    let folder = folder(2);
    let refusal = async |options: Value| {
        let pipeline = Pipeline::named("infer");
        let messages = pipeline.source(FromIter::new([json!({})]));
        refused(
            messages
                .stage(infer(&folder, options))
                .for_each("answered", drop),
        )
        .await
    };
    let unknown = refusal(json!({ "inputs": ["byte=x"], "outputs": ["x=target"] })).await;
    assert!(
        unknown.contains("the model has no input `byte` (did you mean `bytes`?)"),
        "{unknown}"
    );
    assert!(
        unknown.contains("the model has no output `target`"),
        "{unknown}"
    );
    fs::write(folder.path().join("model.onnx"), "no model").unwrap();
    let broken = refusal(json!({})).await;
    assert!(broken.contains("model.onnx"), "{broken}");
    fs::remove_file(folder.path().join("model.onnx")).unwrap();
    let missing = refusal(json!({})).await;
    assert!(
        missing.contains("there is no ") && missing.contains("model.onnx"),
        "{missing}"
    );
}
