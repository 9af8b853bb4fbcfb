use std::path::Path;

use millpond::inference::{Backend, LoadError, Onnx};

use super::file::{self, BOOL, F32, Fixed, I64, Model, Named, Unnamed};

/// The error's text and its cause's, with the path taken out.
#[track_caller]
fn refusal(path: &Path) -> (LoadError, String) {
    let error = Onnx::load(path).unwrap_err();
    let mut text = error.to_string();
    if let Some(cause) = std::error::Error::source(&error) {
        text = format!("{text}: {cause}");
    }
    assert!(!text.contains('\n'), "one line: {text}");
    let path = path.display().to_string();
    assert!(text.contains(&path), "names the file: {text}");
    (error, text.replace(&path, "PATH"))
}

#[test]
fn a_missing_file_is_named() {
    let (error, text) = refusal(Path::new("no/such/model.onnx"));

    assert!(matches!(error, LoadError::Read { .. }));
    assert_eq!(
        text,
        "model file `PATH` cannot be read: No such file or directory (os error 2); \
         give the path of one that can",
    );
}

#[test]
fn a_directory_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (_, text) = refusal(folder.path());

    assert_eq!(
        text,
        "model file `PATH` cannot be read: Is a directory (os error 21); \
         give the path of one that can"
    );
}

#[test]
fn another_file_is_no_model() {
    for bytes in [&b"#!/bin/sh\nexit 0\n"[..], b"", b"{\"graph\": 1}"] {
        let (_folder, path) = file::write(bytes);
        let (error, text) = refusal(&path);

        assert!(matches!(error, LoadError::NotOnnx { .. }));
        assert!(text.starts_with("`PATH` is not an ONNX model: "), "{text}");
    }
}

#[test]
fn a_truncated_model_is_no_model() {
    let whole = adder().to_bytes();
    for length in 1..whole.len() {
        let (_folder, path) = file::write(&whole[..length]);
        let (_, text) = refusal(&path);

        assert!(
            text.starts_with("`PATH` is not an ONNX model: "),
            "{length} bytes: {text}"
        );
    }
}

#[test]
fn unsupported_operators_are_named_all_at_once() {
    let (_folder, path) = Model::default()
        .input("x", F32, &[Named("N"), Fixed(3)])
        .node("Polish", &["x"], "a", &[])
        .node("Add", &["a", "a"], "b", &[])
        .node("Frobnicate", &["b"], "y", &[])
        .output("y", F32, &[Named("N"), Fixed(3)])
        .write();
    let (_, text) = refusal(&path);

    assert_eq!(
        text,
        "model `PATH` uses operators that are not supported here: Frobnicate, Polish; \
         export it without them",
    );
}

#[test]
fn a_fixed_batch_is_refused() {
    let (_folder, path) = Model::default()
        .input("x", F32, &[Fixed(1), Fixed(3)])
        .node("Add", &["x", "x"], "y", &[])
        .output("y", F32, &[Fixed(1), Fixed(3)])
        .write();
    let (_, text) = refusal(&path);

    assert_eq!(
        text,
        "model `PATH`: input `x: f32[1, 3]` has no row dimension: \
         export the model with a first dimension of any size",
    );
}

#[test]
fn an_output_that_does_not_follow_the_batch_is_refused() {
    let (_folder, path) = Model::default()
        .input("x", F32, &[Named("N"), Fixed(3)])
        .node("ReduceSum", &["x"], "y", &[("keepdims", 0)])
        .output("y", F32, &[])
        .write();
    let (_, text) = refusal(&path);

    assert_eq!(
        text,
        "model `PATH`: output `y: f32[]` has no row dimension: \
         export the model with a first dimension of any size",
    );
}

#[test]
fn elements_that_no_tensor_holds_are_refused() {
    let (_folder, path) = Model::default()
        .input("x", BOOL, &[Named("N")])
        .node("Not", &["x"], "y", &[])
        .output("y", BOOL, &[Named("N")])
        .write();
    let (_, text) = refusal(&path);

    assert_eq!(
        text,
        "model `PATH`: input `x` has bool elements, \
         but u8, i32, i64, f32 and f64 are supported: cast it inside the model",
    );
}

#[test]
fn a_panic_of_the_engine_is_an_error() {
    let (_folder, path) = Model::default()
        .input("x", F32, &[Named("N")])
        .node("Add", &["x", "x"], "y", &[])
        .output("nobody", F32, &[Named("N")])
        .write();
    let (error, text) = refusal(&path);

    assert!(matches!(error, LoadError::Rejected { .. }));
    assert!(
        text.starts_with("model `PATH` cannot be run: the engine panicked: "),
        "{text}"
    );
}

#[test]
fn shapes_that_contradict_each_other_are_an_error() {
    let (_folder, path) = Model::default()
        .input("x", F32, &[Named("N"), Fixed(3)])
        .input("w", F32, &[Named("N"), Fixed(4)])
        .node("Add", &["x", "w"], "y", &[])
        .output("y", F32, &[Named("N"), Fixed(3)])
        .write();
    let (error, text) = refusal(&path);

    assert!(matches!(error, LoadError::Rejected { .. }));
    assert!(text.starts_with("model `PATH` cannot be run: "), "{text}");
}

#[test]
fn an_operator_that_has_no_kernel_for_its_elements_is_refused() {
    let (_folder, path) = Model::default()
        .input("k", I64, &[Named("N")])
        .node("Mul", &["k", "k"], "y", &[])
        .output("y", I64, &[Named("N")])
        .write();
    let (error, text) = refusal(&path);

    assert!(matches!(error, LoadError::Rejected { .. }));
    assert!(text.contains("Square does not support I64"), "{text}");
}

#[test]
fn the_signature_comes_from_the_model() {
    let (_folder, path) = Model::default()
        .input("x", F32, &[Named("batch"), Named("length"), Fixed(2)])
        .input("k", I64, &[Unnamed, Unnamed])
        .node("Add", &["x", "x"], "y", &[])
        .node("Add", &["k", "k"], "l", &[])
        .output("y", F32, &[Unnamed, Unnamed, Unnamed])
        .output("l", I64, &[Unnamed, Unnamed])
        .write();
    let model = Onnx::load(path).unwrap();

    assert_eq!(
        model.signature().to_string(),
        "(x: f32[rows, any, 2], k: i64[rows, any]) \
         -> (y: f32[rows, any, 2], l: i64[rows, any])",
    );
}

/// Adds each row to itself.
fn adder() -> Model {
    Model::default()
        .input("x", F32, &[Named("N"), Fixed(3)])
        .node("Add", &["x", "x"], "y", &[])
        .output("y", F32, &[Named("N"), Fixed(3)])
}
