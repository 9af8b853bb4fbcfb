//! Files with a few bytes changed: each is refused or can be run.

use millpond::inference::Forest;
use millpond::inference::forest::{Faults, Model};
use millpond::message::{Tensor, Tensors};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const XGBOOST: &str = r#"{"learner":{"feature_names":["x","y"],"gradient_booster":{"model":{
"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"2"},"tree_info":[0,1],"trees":[
{"categories":[0,3,40],"categories_nodes":[0],"categories_segments":[0],"categories_sizes":[3],
"default_left":[1,0,0,0,0],"left_children":[1,3,-1,-1,-1],"right_children":[2,4,-1,-1,-1],
"split_conditions":[1E-45,0.5,2.5,-1E0,7],"split_indices":[1,0,0,0,0],"split_type":[1,0,0,0,0],
"tree_param":{"num_nodes":"5","size_leaf_vector":"1"}},
{"default_left":[true,false,false],"left_children":[1,-1,-1],"right_children":[2,-1,-1],
"split_conditions":[-3.5E-1,0.25,-0.25],"split_indices":[1,0,0]}]},"name":"gbtree"},
"learner_model_param":{"base_score":"[5E-1,-1E0]","num_class":"2","num_feature":"2"},
"objective":{"name":"multi:softprob"}},"version":[3,2,0]}"#;

const LIGHTGBM: &str = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\n\
max_feature_idx=1\nobjective=binary sigmoid:1\nfeature_names=x y\n\naverage_output\n\nTree=0\n\
num_leaves=4\nnum_cat=1\nsplit_feature=0 1 1\nthreshold=0.5 0 -3.25\ndecision_type=10 1 4\n\
left_child=1 -1 -3\nright_child=2 -2 -4\nleaf_value=1 2e-1 -3 4\ncat_boundaries=0 2\n\
cat_threshold=9 256\nis_linear=0\n\nTree=1\nnum_leaves=1\nleaf_value=0.5\n\nend of trees\n";

/// One change of a text.
#[derive(Clone, Debug)]
enum Change {
    Put(Index, &'static str),
    Replace(Index, u8),
    Take(Index, usize),
    Double(Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let words = [
        "-1",
        "0",
        "9",
        "99999999999",
        "-",
        "e300",
        "e-300",
        "NaN",
        "null",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"",
        "\n",
        "=",
        " ",
        "Tree=2\n",
        "true",
    ];
    prop_oneof![
        (any::<Index>(), select(words.to_vec())).prop_map(|(at, word)| Change::Put(at, word)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (any::<Index>(), b'0'..=b'9').prop_map(|(at, byte)| Change::Replace(at, byte)),
        (any::<Index>(), 1_usize..30).prop_map(|(at, count)| Change::Take(at, count)),
        (any::<Index>(), 1_usize..60).prop_map(|(at, count)| Change::Double(at, count)),
    ]
}

fn changed(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        let until = |at: usize, count: usize| bytes.len().min(at + count);
        match change {
            Change::Put(at, word) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, word.bytes());
            }
            Change::Replace(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Change::Take(at, count) => {
                let at = at.index(bytes.len());
                bytes.drain(at..until(at, *count));
            }
            Change::Double(at, count) => {
                let at = at.index(bytes.len());
                let part = bytes[at..until(at, *count)].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

/// Runs what was read, or sees that it says why there is nothing to run.
fn holds(read: Result<Model, Faults>) -> Result<(), TestCaseError> {
    let model = match read {
        Ok(model) => model,
        Err(faults) => {
            prop_assert!(faults.iter().next().is_some());
            for fault in faults.iter() {
                prop_assert!(!fault.place.is_empty() && !fault.reason.is_empty());
            }
            return Ok(());
        }
    };
    // A row of very many features is legal, and slow to make.
    if model.features() > 1 << 12 {
        return Ok(());
    }
    let values = [0.0, f32::NAN, -1.0, 3.0, f32::INFINITY, 1e-40];
    let rows = values.map(|value| vec![value; model.features()]).concat();
    let features = Tensor::new([values.len(), model.features()], rows).unwrap();
    let answer = Forest::new(model.clone()).run(&Tensors::new().with("features", features));
    let answer = answer.unwrap();
    let margin = answer.get("margin").unwrap();
    prop_assert_eq!(margin.shape(), [values.len(), model.groups()]);
    Ok(())
}

#[test]
fn the_files_are_sound_before_they_are_changed() {
    assert_eq!(
        Model::from_xgboost(XGBOOST.as_bytes())
            .unwrap()
            .trees()
            .len(),
        2
    );
    assert_eq!(
        Model::from_lightgbm(LIGHTGBM.as_bytes())
            .unwrap()
            .trees()
            .len(),
        2
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_changed_file_of_xgboost_is_refused_or_can_be_run(changes in vec(change(), 1..4)) {
        holds(Model::from_xgboost(&changed(XGBOOST, &changes)))?;
    }

    #[test]
    fn a_changed_file_of_lightgbm_is_refused_or_can_be_run(changes in vec(change(), 1..4)) {
        holds(Model::from_lightgbm(&changed(LIGHTGBM, &changes)))?;
    }
}
