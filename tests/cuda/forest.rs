//! Forests on the device, beside those on the processor.

use futures::future::{join, join_all};
use millpond::device::{CudaDevice, DeviceChoice, DeviceError, OpenDevice};
use millpond::inference::forest::{Model, PlacedForest};
use millpond::inference::{self, Backend, DeviceForest, Forest};

use crate::emulator::Emulator;
use crate::models::{started, workers};
use crate::trees::{model, rows};

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
async fn one_slot_runs_nothing_beside_its_kernels() {
    let emulator = Emulator::fresh();
    let backend = started(DeviceForest::new(model(1)), 1);
    let answers = join_all((0..12).map(|_| backend.infer(rows(8)))).await;
    assert!(answers.iter().all(Result::is_ok));

    assert_eq!(emulator.count("overlapped"), 0);
    backend.shutdown().await;
    emulator.assert_clean();
}

#[tokio::test]
async fn the_kernels_of_several_slots_overlap_with_copies() {
    let emulator = Emulator::fresh();
    let backend = started(DeviceForest::new(model(1)), 3);
    // The other slots go on while the first kernel is under way.
    emulator.control(r#"{"faults": [{"on": "launch", "hold": true}]}"#);
    let answers = join_all((0..12).map(|_| backend.infer(rows(8))));
    let overlapped = async {
        emulator.reaches("overlapped", 1).await;
        emulator.control(r#"{"release": true}"#);
    };
    let (answers, ()) = join(answers, overlapped).await;

    assert!(answers.iter().all(Result::is_ok));
    backend.shutdown().await;
    emulator.assert_clean();
}

#[test]
fn a_placed_forest_gives_the_same_margins_in_every_place() {
    let emulator = Emulator::fresh();
    let device = OpenDevice::Cuda(CudaDevice::open(0).unwrap());
    for model in [model(1), model(2), by_category(), of_xgboost()] {
        let here = PlacedForest::new(model);
        let there = here.on(&device).unwrap();
        assert_eq!(there.device(), device.device());
        for count in [0, 1, 255, 300] {
            let x = rows(count).remove("features").unwrap();
            let margins = there.margins(&device.put(x.clone()).unwrap()).unwrap();
            assert_eq!(margins.device(), device.device());
            let expected = here.margins(&x.into()).unwrap();
            assert_eq!(
                margins.into_host().unwrap(),
                expected.into_host().unwrap(),
                "{count} rows"
            );
        }
    }
    drop(device);
    emulator.assert_clean();
}

#[test]
fn a_placed_forest_takes_no_rows_from_elsewhere() {
    let emulator = Emulator::fresh();
    let device = OpenDevice::Cuda(CudaDevice::open(0).unwrap());
    let here = PlacedForest::new(model(1));
    let there = here.on(&device).unwrap();
    let x = rows(2).remove("features").unwrap();

    let error = there.margins(&x.clone().into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`forest` was given tensors on cpu and on cuda:0; bring them to one device first",
    );
    let error = here.margins(&device.put(x).unwrap()).unwrap_err();
    assert!(matches!(error, DeviceError::Apart { .. }), "{error}");
    let error = there.on(&device).unwrap_err();
    assert!(matches!(error, DeviceError::NotOnHost { .. }), "{error}");
    drop((there, device));
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
