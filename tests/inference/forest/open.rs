use std::fs;
use std::path::Path;

use millpond::inference::{Backend, Model};
use tempfile::tempdir;

const LEAF: &str = "tree\nnum_tree_per_iteration=1\nmax_feature_idx=0\nobjective=regression\n\n\
                    Tree=0\nnum_leaves=1\nleaf_value=1\n\nend of trees\n";
const BASE: &str = r#" { "learner": {
    "gradient_booster": { "name": "gbtree", "model": { "tree_info": [], "trees": [] } },
    "learner_model_param": { "base_score": "1", "num_class": "0", "num_feature": "4" },
    "objective": { "name": "reg:squarederror" } } }"#;

fn opened(name: &str, file: impl AsRef<[u8]>) -> Result<String, String> {
    let folder = tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, file).unwrap();
    match Model::open(&path) {
        Ok(model) => Ok(model.signature().to_string()),
        Err(error) => Err(error.to_string().replace(&*path.to_string_lossy(), name)),
    }
}

#[test]
fn a_forest_is_known_by_what_the_file_holds_whatever_its_name() {
    let lightgbm = "(features: f32[rows, 1]) -> (margin: f64[rows, 1], value: f64[rows, 1])";
    let xgboost = "(features: f32[rows, 4]) -> (margin: f32[rows, 1], value: f32[rows, 1])";
    for name in ["model.txt", "model.json", "model.onnx", "model"] {
        assert_eq!(opened(name, LEAF).as_deref(), Ok(lightgbm));
        assert_eq!(opened(name, BASE).as_deref(), Ok(xgboost));
    }
}

#[test]
fn a_file_that_is_no_model_is_told_what_it_looks_like() {
    let refused = |file: &[u8]| opened("model", file).unwrap_err();
    assert_eq!(
        refused(b""),
        "`model` is no model that can be opened: it is empty"
    );
    assert!(refused(b"a,b\n").contains("begins like none of XGBoost JSON"));
    assert!(refused(b"binf\0\0").contains("the old binary format of XGBoost"));
    assert!(refused(b"{L\0\0\0\0\0\0\0\x07learner{").contains("looks like UBJSON"));
}

#[test]
fn a_file_that_is_not_there_is_told_by_its_path() {
    let error = Model::open(Path::new("/nowhere/model.json"))
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("model file `/nowhere/model.json` cannot be read: "),
        "{error}"
    );
}

#[test]
fn a_forest_that_cannot_be_used_is_told_with_path_and_place() {
    let error = opened("model.txt", LEAF.replace("=1\n\nend", "=one\n\nend")).unwrap_err();
    assert_eq!(
        error,
        "model `model.txt` cannot be used: \
         line 8: `one` in `leaf_value` is no number of its kind"
    );
}

#[cfg(not(any(feature = "onnx", feature = "dense")))]
#[test]
fn a_format_that_is_not_built_in_is_told_with_its_feature() {
    assert_eq!(
        opened("model.onnx", b"\x08\x07").unwrap_err(),
        "model `model.onnx` is an ONNX file, but the program was built without the feature \
         `onnx`; build it with `--features onnx`"
    );
    let safetensors = opened("model", b"\x08\0\0\0\0\0\0\0{\"a\":{}}").unwrap_err();
    assert!(safetensors.contains("`--features dense`"), "{safetensors}");
}
