//! Forests on the device, beside those on the processor.

use std::fmt::Write;

use millpond::device::DeviceChoice;
use millpond::inference::forest::Model;
use millpond::inference::{self, Backend, DeviceForest, Forest};
use millpond::message::{Tensor, Tensors};

use crate::emulator::Emulator;
use crate::models::{started, workers};

const FEATURES: usize = 5;

/// Numbers that look like chance and are not.
struct Numbers(u32);

impl Numbers {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % limit
    }

    fn list(&mut self, count: u32, mut next: impl FnMut(&mut Self) -> String) -> String {
        let items: Vec<_> = (0..count).map(|_| next(self)).collect();
        items.join(" ")
    }
}

/// A classifier of three classes, whose trees are full to the third level.
pub(crate) fn model(seed: u32) -> Model {
    let mut numbers = Numbers(seed);
    let mut text = "tree\nnum_class=3\nnum_tree_per_iteration=3\nmax_feature_idx=4\n\
                    objective=multiclass num_class:3\n\n"
        .to_owned();
    for tree in 0..12 {
        let features = numbers.list(7, |numbers| numbers.below(5).to_string());
        let thresholds = numbers.list(7, |numbers| {
            (f64::from(numbers.below(1000)) / 500.0 - 1.0).to_string()
        });
        let decisions = numbers.list(7, |numbers| {
            let modes = [0, 2, 4, 6, 8, 10];
            modes[numbers.below(6) as usize].to_string()
        });
        let leaves = numbers.list(8, |numbers| {
            (f64::from(numbers.below(2000)) / 777.0 - 1.0).to_string()
        });
        write!(
            text,
            "Tree={tree}\nnum_leaves=8\nsplit_feature={features}\nthreshold={thresholds}\n\
             decision_type={decisions}\nleft_child=1 3 5 -1 -3 -5 -7\n\
             right_child=2 4 6 -2 -4 -6 -8\nleaf_value={leaves}\n\n",
        )
        .unwrap();
    }
    Model::from_lightgbm(text.as_bytes()).unwrap()
}

/// A regression by sets of categories, on the first feature.
const CATEGORIES: &str = "tree\nnum_tree_per_iteration=1\nmax_feature_idx=4\n\
                          objective=regression\n\nTree=0\nnum_leaves=3\nnum_cat=2\n\
                          cat_boundaries=0 1 3\ncat_threshold=5 9 2\nsplit_feature=0 0\n\
                          threshold=0 1\ndecision_type=1 1\nleft_child=-1 -2\n\
                          right_child=1 -3\nleaf_value=1.5 2.5 4.5\n\nend of trees\n";

fn by_category() -> Model {
    Model::from_lightgbm(CATEGORIES.as_bytes()).unwrap()
}

/// A classifier of `XGBoost`, which sums in 32 bits.
fn of_xgboost() -> Model {
    let json = r#"{"learner": {
        "attributes": {}, "feature_names": [], "feature_types": [],
        "gradient_booster": {"model": {
            "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "2"},
            "tree_info": [0, 0],
            "trees": [
                {"base_weights": [0, 0.3, -0.7], "categories": [], "categories_nodes": [],
                 "categories_segments": [], "categories_sizes": [], "default_left": [1, 0, 0],
                 "id": 0, "left_children": [1, -1, -1], "right_children": [2, -1, -1],
                 "parents": [2147483647, 0, 0], "split_conditions": [0.1, 0.3, -0.7],
                 "split_indices": [3, 0, 0], "split_type": [0, 0, 0],
                 "tree_param": {"num_deleted": "0", "num_feature": "5", "num_nodes": "3",
                                "size_leaf_vector": "1"}},
                {"base_weights": [0, 0.1, -0.2], "categories": [], "categories_nodes": [],
                 "categories_segments": [], "categories_sizes": [], "default_left": [0, 0, 0],
                 "id": 1, "left_children": [1, -1, -1], "right_children": [2, -1, -1],
                 "parents": [2147483647, 0, 0], "split_conditions": [-0.4, 0.1, -0.2],
                 "split_indices": [1, 0, 0], "split_type": [0, 0, 0],
                 "tree_param": {"num_deleted": "0", "num_feature": "5", "num_nodes": "3",
                                "size_leaf_vector": "1"}}
            ]}, "name": "gbtree"},
        "learner_model_param": {"base_score": "5E-1", "boost_from_average": "1",
                                "num_class": "0", "num_feature": "5", "num_target": "1"},
        "objective": {"name": "binary:logistic", "reg_loss_param": {"scale_pos_weight": "1"}}},
        "version": [2, 1, 0]}"#;
    Model::from_xgboost(json.as_bytes()).unwrap()
}

/// Rows with what is missing, zero, a category, and none of these.
fn rows(count: usize) -> Tensors {
    let mut numbers = Numbers(3);
    let special = [
        f32::NAN,
        0.0,
        -0.0,
        1e-36,
        f32::INFINITY,
        -0.5,
        3.0,
        33.0,
        1e9,
    ];
    let elements = (0..count * FEATURES).map(|_| match numbers.below(20) {
        place @ 0..9 => special[place as usize],
        _ => f32::from(u16::try_from(numbers.below(2000)).unwrap()) / 1000.0 - 1.0,
    });
    let features = Tensor::new([count, FEATURES], elements.collect::<Vec<_>>()).unwrap();
    Tensors::new().with("features", features)
}

#[tokio::test]
async fn a_forest_gives_the_same_bits_as_on_the_processor() {
    let emulator = Emulator::fresh();
    for model in [model(1), model(2), by_category(), of_xgboost()] {
        let twin = Forest::new(model.clone());
        let backend = started(DeviceForest::new(model), 2);
        for count in [0, 1, 255, 300] {
            let rows = rows(count);
            let expected = twin.run(&rows).unwrap();
            assert_eq!(backend.infer(rows).await.unwrap(), expected);
        }
        backend.shutdown().await;
    }
    emulator.assert_clean();
}

#[tokio::test]
async fn the_kernels_of_several_slots_overlap_with_copies() {
    let emulator = Emulator::with(r#"{"delay": {"copy_us": 5000, "launch_us": 5000}}"#);
    let mut overlapped = Vec::new();
    for slots in [1, 3] {
        let backend = started(DeviceForest::new(model(1)), slots);
        let answers = (0..12).map(|_| backend.infer(rows(8)));
        let answers = futures::future::join_all(answers).await;
        assert!(answers.iter().all(Result::is_ok));
        overlapped.push(emulator.count("overlapped"));
        backend.shutdown().await;
    }

    assert_eq!(overlapped[0], 0);
    assert!(overlapped[1] > 0);
    emulator.assert_clean();
}

#[tokio::test]
async fn a_model_file_is_opened_on_every_device_there_is() {
    let emulator = Emulator::with(r#"{"devices": 2}"#);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.txt");
    std::fs::write(&path, CATEGORIES).unwrap();
    let mut backend = inference::Model::open_on(&path, DeviceChoice::Auto).unwrap();
    backend.start(&workers()).unwrap();
    assert_eq!(backend.slots().get(), 6);
    assert!(backend.takes_missing());

    let expected = Forest::load(&path).unwrap().run(&rows(20)).unwrap();
    assert_eq!(backend.infer(rows(20)).await.unwrap(), expected);
    assert!(emulator.count("launches") > 0);
    backend.shutdown().await;
    emulator.assert_clean();
}
