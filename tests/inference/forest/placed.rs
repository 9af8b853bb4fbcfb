use millpond::device::{Device, DeviceError, OpenDevice};
use millpond::inference::Forest;
use millpond::inference::forest::{Model, PlacedForest};
use millpond::message::Tensor;

use super::batch;

/// Two questions, whose leaves are added up.
const STUMPS: &str = "tree\nnum_tree_per_iteration=1\nmax_feature_idx=1\nobjective=regression\n\n\
    Tree=0\nnum_leaves=2\nsplit_feature=1\nthreshold=0\ndecision_type=8\nleft_child=-1\n\
    right_child=-2\nleaf_value=-1 1\n\n\
    Tree=1\nnum_leaves=2\nsplit_feature=0\nthreshold=2\ndecision_type=8\nleft_child=-1\n\
    right_child=-2\nleaf_value=10 20\n\nend of trees\n";

const ROWS: [[f32; 2]; 3] = [[1.0, -1.0], [3.0, 1.0], [f32::NAN, 0.5]];

fn model() -> Model {
    Model::from_lightgbm(STUMPS.as_bytes()).unwrap()
}

#[test]
fn its_margins_are_those_of_the_backend() {
    let rows = batch(&ROWS);
    let expected = Forest::new(model()).run(&rows).unwrap();
    let forest = PlacedForest::new(model());
    assert_eq!((forest.features(), forest.device()), (2, Device::Cpu));

    let x = rows.get("features").unwrap().clone();
    let margins = forest.margins(&x.into()).unwrap().into_host().unwrap();
    assert_eq!(&margins, expected.get("margin").unwrap());
    assert_eq!(margins.as_slice::<f64>().unwrap()[..2], [9.0, 21.0]);
}

#[test]
fn it_stays_in_host_memory_on_the_processor() {
    let forest = PlacedForest::new(model()).on(&OpenDevice::Cpu).unwrap();

    assert_eq!(forest.device(), Device::Cpu);
    let none = Tensor::zeros::<f32>(0, &[2]).unwrap();
    assert_eq!(forest.margins(&none.into()).unwrap().shape(), [0, 1]);
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let forest = PlacedForest::new(model());
    let wide = Tensor::zeros::<f32>(2, &[3]).unwrap();
    let error = forest.margins(&wide.into()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`forest` cannot take a tensor of shape [2, 3]: the forest takes rows of 2 features",
    );

    let whole = Tensor::zeros::<i64>(2, &[2]).unwrap();
    let error = forest.margins(&whole.into()).unwrap_err();
    assert!(matches!(error, DeviceError::Element { .. }), "{error}");
}

#[test]
fn a_file_is_read_and_a_wrong_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.txt");
    std::fs::write(&path, STUMPS).unwrap();
    assert_eq!(PlacedForest::load(&path).unwrap().features(), 2);

    let missing = folder.path().join("nothing.txt");
    let error = PlacedForest::load(&missing).unwrap_err().to_string();
    assert!(error.contains("nothing.txt"), "{error}");
}
