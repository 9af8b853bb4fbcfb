use std::error::Error;
use std::fmt::Write;

use millpond::inference::forest::Model;
use millpond::message::Tensor;
use serde_json::{Value, json};

use crate::model::numbers;

/// How many features a row has.
pub(crate) const FEATURES: usize = 5;
/// Trees that are full to the second level: three questions, four leaves.
const TREES: u32 = 12;

type Made = Result<Model, Box<dyn Error>>;

/// A classifier of three classes, which sums in 64 bits as `LightGBM` does.
pub(crate) fn of_lightgbm() -> Made {
    let mut text = "tree\nnum_class=3\nnum_tree_per_iteration=3\nmax_feature_idx=4\n\
                    objective=multiclass num_class:3\n\n"
        .to_owned();
    for tree in 0..TREES {
        let asked = (0..3).map(|question| (tree + question) % 5);
        // What is missing goes left or right, and is NaN, zero or nothing.
        let decisions = (0..3).map(|question| (tree + question) % 6 * 2);
        write!(
            text,
            "Tree={tree}\nnum_leaves=4\nsplit_feature={}\nthreshold={}\ndecision_type={}\n\
             left_child=1 -1 -3\nright_child=2 -2 -4\nleaf_value={}\n\n",
            spaced(asked),
            spaced(numbers(3, tree)),
            spaced(decisions),
            spaced(numbers(4, tree + 100)),
        )?;
    }
    text.push_str("end of trees\n");
    Ok(Model::from_lightgbm(text.as_bytes())?)
}

/// A classifier of two classes, which sums in 32 bits as `XGBoost` does.
pub(crate) fn of_xgboost() -> Made {
    let trees: Vec<_> = (0..TREES).map(tree_of_xgboost).collect();
    let file = json!({"version": [2, 1, 0], "learner": {
        "attributes": {}, "feature_names": [], "feature_types": [],
        "gradient_booster": {"name": "gbtree", "model": {
            "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": TREES.to_string()},
            "tree_info": vec![0; trees.len()],
            "trees": trees,
        }},
        "learner_model_param": {
            "base_score": "5E-1", "boost_from_average": "1", "num_class": "0",
            "num_feature": FEATURES.to_string(), "num_target": "1",
        },
        "objective": {"name": "binary:logistic", "reg_loss_param": {"scale_pos_weight": "1"}},
    }});
    Ok(Model::from_xgboost(file.to_string().as_bytes())?)
}

fn tree_of_xgboost(tree: u32) -> Value {
    // Three thresholds, then four leaves.
    let conditions = numbers(7, tree + 200);
    json!({
        "id": tree, "base_weights": conditions, "split_conditions": conditions,
        "left_children": [1, 3, 5, -1, -1, -1, -1], "right_children": [2, 4, 6, -1, -1, -1, -1],
        "parents": [2_147_483_647, 0, 0, 1, 1, 2, 2],
        "split_indices": [tree % 5, (tree + 1) % 5, (tree + 2) % 5, 0, 0, 0, 0],
        "split_type": vec![0; 7], "default_left": [tree % 2, 1, 0, 0, 0, 0, 0],
        "categories": [], "categories_nodes": [], "categories_segments": [],
        "categories_sizes": [],
        "tree_param": {
            "num_deleted": "0", "num_feature": FEATURES.to_string(), "num_nodes": "7",
            "size_leaf_vector": "1",
        },
    })
}

/// Rows of which some elements are missing, and some zero.
pub(crate) fn rows(count: usize, seed: u32) -> Result<Tensor, Box<dyn Error>> {
    let mut elements = numbers(count * FEATURES, seed);
    for (place, element) in elements.iter_mut().enumerate() {
        match place % 7 {
            2 => *element = f32::NAN,
            5 => *element = 0.0,
            _ => {}
        }
    }
    Ok(Tensor::new([count, FEATURES], elements)?)
}

fn spaced(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(" ")
}
