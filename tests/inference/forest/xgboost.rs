use millpond::inference::forest::Model;
use serde_json::{Value, json};

use super::output;

const NAN: f32 = f32::NAN;

/// A stump: `feature < threshold ? 1 : 2`.
fn stump(feature: u32, threshold: f32) -> Value {
    json!({
        "left_children": [1, -1, -1],
        "right_children": [2, -1, -1],
        "split_indices": [feature, 0, 0],
        "split_conditions": [threshold, 1.0, 2.0],
        "default_left": [0, 0, 0],
        "split_type": [0, 0, 0],
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "tree_param": { "num_nodes": "3", "size_leaf_vector": "1" },
    })
}

/// A model of two features.
fn file(objective: &str, base: &str, classes: usize, trees: &[Value]) -> Value {
    let groups: Vec<_> = (0..trees.len()).map(|tree| tree % classes.max(1)).collect();
    json!({
        "learner": {
            "feature_names": ["x", "y"],
            "gradient_booster": {
                "model": { "tree_info": groups, "trees": trees },
                "name": "gbtree",
            },
            "learner_model_param": {
                "base_score": base,
                "num_class": classes.to_string(),
                "num_feature": "2",
                "num_target": "1",
            },
            "objective": { "name": objective },
        },
        "version": [3, 2, 0],
    })
}

fn read(file: &Value) -> Model {
    Model::from_xgboost(file.to_string().as_bytes()).unwrap()
}

fn refused(file: &Value) -> String {
    let faults = Model::from_xgboost(file.to_string().as_bytes()).unwrap_err();
    faults.to_string()
}

fn regression(trees: &[Value]) -> Value {
    file("reg:squarederror", "0", 0, trees)
}

#[test]
fn what_is_less_than_the_threshold_goes_left() {
    let model = read(&regression(&[stump(1, 0.5)]));
    let below = 0.5_f32.next_down();
    let rows = [
        [9.0, below],
        [9.0, 0.5],
        [9.0, f32::NEG_INFINITY],
        [0.0, f32::INFINITY],
    ];
    assert_eq!(
        output::<f32, 2>(&model, "value", &rows),
        [1.0, 2.0, 1.0, 2.0]
    );
}

#[test]
fn the_negative_zero_is_zero() {
    let model = read(&regression(&[stump(0, 0.0), stump(0, -0.0)]));
    assert_eq!(
        output::<f32, 2>(&model, "value", &[[-0.0, 0.0], [0.0, 0.0]]),
        [4.0, 4.0]
    );
}

#[test]
fn what_is_missing_goes_where_the_node_says() {
    for (left, leaf) in [
        (json!(1), 1.0),
        (json!(0), 2.0),
        (json!(true), 1.0),
        (json!(false), 2.0),
    ] {
        let mut tree = stump(0, f32::MIN);
        tree["default_left"] = json!([left, 0, 0]);
        let model = read(&regression(&[tree]));
        assert_eq!(output::<f32, 2>(&model, "value", &[[NAN, 0.0]]), [leaf]);
    }
}

#[test]
fn what_is_in_the_set_of_a_categorical_split_goes_right() {
    let mut tree = stump(0, 0.0);
    tree["split_type"] = json!([1, 0, 0]);
    tree["categories"] = json!([0, 3, 40]);
    tree["categories_nodes"] = json!([0]);
    tree["categories_segments"] = json!([0]);
    tree["categories_sizes"] = json!([3]);
    tree["default_left"] = json!([0, 0, 0]);
    let model = read(&regression(&[tree.clone()]));
    let rows = [
        0.0, 3.0, 3.9, 40.0, 1.0, 41.0, 4000.0, 1e30, -0.5, -3.0, NAN,
    ]
    .map(|c| [c, 0.0]);
    assert_eq!(
        output::<f32, 2>(&model, "value", &rows),
        [2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0]
    );
    tree["default_left"] = json!([1, 0, 0]);
    let model = read(&regression(&[tree]));
    assert_eq!(output::<f32, 2>(&model, "value", &[[NAN, 0.0]]), [1.0]);
}

#[test]
fn the_base_score_is_a_number_or_one_for_each_group_with_brackets_or_without() {
    for (base, sum) in [("5E-1", 1.5), ("[5E-1]", 1.5), ("-2.5", -1.5)] {
        let model = read(&file("reg:squarederror", base, 0, &[stump(0, 1.0)]));
        assert_eq!(output::<f32, 2>(&model, "margin", &[[0.0, 0.0]]), [sum]);
    }
    let stumps = [stump(0, 1.0), stump(0, -1.0)];
    let model = read(&file("multi:softprob", "[1E0,-2E0]", 2, &stumps));
    assert_eq!(
        output::<f32, 2>(&model, "margin", &[[0.0, 0.0]]),
        [2.0, 0.0]
    );
    let model = read(&file("binary:logistic", "2.5E-1", 0, &[]));
    assert_eq!(
        output::<f32, 2>(&model, "margin", &[[0.0, 0.0]]),
        [-(3.0_f32.ln())]
    );
}

#[test]
fn an_objective_makes_probabilities_and_classes_of_margins() {
    let two = read(&file("binary:logistic", "0.5", 0, &[stump(0, 0.0)]));
    let rows = [[-1.0, 0.0], [1.0, 0.0]];
    let sigmoid = |margin: f32| 1.0 / (1.0 + (-margin).exp());
    assert_eq!(
        output::<f32, 2>(&two, "probability", &rows),
        [sigmoid(1.0), sigmoid(2.0)]
    );
    assert_eq!(output::<i64, 2>(&two, "class", &rows), [1, 1]);

    let three = [stump(0, 0.0), stump(1, 0.0), stump(0, 5.0)];
    for objective in ["multi:softprob", "multi:softmax"] {
        let model = read(&file(objective, "0", 3, &three));
        let given = output::<f32, 2>(&model, "probability", &[[1.0, -1.0]]);
        let sum = 1.0_f32.exp() + 2.0_f32.exp() + 1.0_f32.exp();
        assert!((given[0] - 2.0_f32.exp() / sum).abs() < 1e-6, "{given:?}");
        assert_eq!(
            output::<i64, 2>(&model, "class", &[[1.0, -1.0], [1.0, 1.0]]),
            [0, 0]
        );
        assert_eq!(output::<i64, 2>(&model, "class", &[[-1.0, 1.0]]), [1]);
    }
}

#[test]
fn a_row_with_several_labels_has_a_class_for_each() {
    let mut several = file("binary:logistic", "0.5", 0, &[stump(0, 0.0), stump(1, 0.0)]);
    several["learner"]["learner_model_param"]["num_target"] = json!("2");
    several["learner"]["gradient_booster"]["model"]["tree_info"] = json!([0, 1]);
    let model = read(&several);
    let classes = output::<i64, 2>(&model, "class", &[[1.0, 1.0], [-1.0, 1.0]]);
    assert_eq!(classes, [1, 1, 1, 1]);
    assert_eq!(model.signature().outputs[2].shape.len(), 2);
}

#[test]
fn an_objective_makes_values_of_margins() {
    let value = |objective, base, row| {
        let model = read(&file(objective, base, 0, &[stump(0, 0.0)]));
        output::<f32, 2>(&model, "value", &[row])[0]
    };
    for objective in ["count:poisson", "reg:gamma", "reg:tweedie", "survival:cox"] {
        assert_eq!(
            value(objective, "1", [1.0, 0.0]),
            2.0_f32.exp(),
            "{objective}"
        );
    }
    for objective in ["rank:ndcg", "reg:absoluteerror", "reg:pseudohubererror"] {
        assert_eq!(value(objective, "1", [1.0, 0.0]), 3.0, "{objective}");
    }
    assert_eq!(value("binary:logitraw", "0.5", [1.0, 0.0]), 2.5);
    let hinge = read(&file("binary:hinge", "-1.5", 0, &[stump(0, 0.0)]));
    assert_eq!(
        output::<i64, 2>(&hinge, "class", &[[-1.0, 0.0], [1.0, 0.0]]),
        [0, 1]
    );
    assert_eq!(
        hinge.signature().to_string(),
        "(features: f32[rows, 2]) -> (margin: f32[rows, 1], class: i64[rows])"
    );
}

#[test]
fn the_names_of_features_are_kept() {
    assert_eq!(read(&regression(&[])).feature_names(), ["x", "y"]);
}

#[test]
fn what_is_not_supported_is_named() {
    let booster = |name: &str| {
        let mut file = regression(&[]);
        file["learner"]["gradient_booster"] = json!({ "name": name, "gbtree": {} });
        refused(&file)
    };
    for name in ["dart", "gblinear"] {
        assert_eq!(
            booster(name),
            format!(
                "learner.gradient_booster.name: the booster `{name}` is not supported: \
                 train with `gbtree`"
            )
        );
    }
    let objective = refused(&file("reg:sorcery", "0", 0, &[]));
    assert!(
        objective.starts_with(
            "learner.objective.name: the objective `reg:sorcery` is not supported: train with"
        ),
        "{objective}"
    );
    let mut vector = stump(0, 0.0);
    vector["tree_param"]["size_leaf_vector"] = json!("2");
    let vector = refused(&regression(&[vector]));
    assert!(
        vector.contains("trees[0].tree_param.size_leaf_vector: leaves that hold 2 numbers"),
        "{vector}"
    );
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let mut wrong = file("reg:squarederror", "half", 0, &[]);
    let mut beyond = stump(7, 0.0);
    beyond["categories_nodes"] = json!([1]);
    let mut uneven = stump(0, 0.0);
    uneven["default_left"] = json!([0]);
    let mut text = stump(0, 0.0);
    text["split_conditions"][1] = json!("one");
    wrong["learner"]["feature_names"] = json!(["x"]);
    wrong["learner"]["gradient_booster"]["model"] = json!({
        "tree_info": [0, 3, 0, 0, 0],
        "trees": [stump(7, 0.0), stump(0, 0.0), beyond, uneven, text],
    });
    let faults = Model::from_xgboost(wrong.to_string().as_bytes()).unwrap_err();
    let faults: Vec<_> = faults
        .iter()
        .map(|fault| (fault.place.replace("learner.", ""), fault.reason.as_str()))
        .collect();
    let places: Vec<_> = faults.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(
        places,
        [
            "feature_names",
            "learner_model_param.base_score",
            "gradient_booster.model.trees[0].split_indices[0]",
            "gradient_booster.model.tree_info[1]",
            "gradient_booster.model.trees[2].categories_segments",
            "gradient_booster.model.trees[3].default_left",
            "gradient_booster.model.trees[4].split_conditions[1]",
        ]
    );
    assert_eq!(faults[1].1, "`half` is no number");
    assert_eq!(faults[2].1, "feature 7 is none of the 2 features");
    assert_eq!(faults[5].1, "it has 1 entries for 3 nodes");
    assert!(
        faults[6].1.starts_with("invalid type: string \"one\""),
        "{}",
        faults[6].1
    );
    assert!(
        refused(&wrong).ends_with("; and 2 more"),
        "{}",
        refused(&wrong)
    );
}

#[test]
fn nodes_that_are_no_tree_are_refused() {
    let children = |left: [i64; 3], right: [i64; 3]| {
        let mut tree = stump(0, 0.0);
        tree["left_children"] = json!(left);
        tree["right_children"] = json!(right);
        refused(&regression(&[tree]))
    };
    let place = "learner.gradient_booster.model.trees[0]";
    assert_eq!(
        children([1, 0, -1], [2, 2, -1]),
        format!("{place}: node 0 is reached twice, the second time from node 1")
    );
    assert_eq!(
        children([1, -1, -1], [1, -1, -1]),
        format!("{place}: node 1 is reached twice, the second time from node 0")
    );
    assert_eq!(
        children([1, -1, -1], [9, -1, -1]),
        format!("{place}: node 0 has the child 9, but there are 3 nodes")
    );
    assert_eq!(
        children([1, -1, -1], [-7, -1, -1]),
        format!("{place}.right_children[0]: -7 is none of the 3 nodes")
    );
}

#[test]
fn a_set_that_would_take_much_memory_is_refused() {
    let mut tree = stump(0, 0.0);
    let sets = 60;
    tree["split_type"] = json!([1, 0, 0]);
    tree["categories"] = json!([16_777_215]);
    tree["categories_nodes"] = json!(vec![0; sets]);
    tree["categories_segments"] = json!(vec![0; sets]);
    tree["categories_sizes"] = json!(vec![1; sets]);
    let reason = refused(&regression(&[tree.clone()]));
    assert!(reason.contains("take more than 64 MiB"), "{reason}");
    tree["categories"] = json!([1 << 24]);
    let reason = refused(&regression(&[tree]));
    assert!(
        reason.contains("the category 16777216 is not below"),
        "{reason}"
    );
}

#[test]
fn what_is_no_json_is_refused_with_its_line() {
    let text = regression(&[stump(0, 0.0)]).to_string();
    let cut = Model::from_xgboost(&text.as_bytes()[..text.len() / 2]).unwrap_err();
    assert!(cut.to_string().contains("EOF while parsing"), "{cut}");
    let other = Model::from_xgboost(b"tree").unwrap_err();
    assert!(other.to_string().starts_with("the file: "), "{other}");
    let more = Model::from_xgboost(format!("{text} 1").as_bytes()).unwrap_err();
    assert!(more.to_string().contains("trailing characters"), "{more}");
}
