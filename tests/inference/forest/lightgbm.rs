use millpond::inference::forest::Model;

use super::output;

const NAN: f32 = f32::NAN;
const TREE: &str = "\
num_leaves=2
num_cat=0
split_feature=0
threshold=0.1
decision_type=8
left_child=-1
right_child=-2
leaf_value=1 2
is_linear=0
shrinkage=0.1
";

/// A model of two features.
fn text(objective: &str, groups: usize, trees: &[&str]) -> String {
    let mut text = format!(
        "tree\nversion=v4\nnum_class={groups}\nnum_tree_per_iteration={groups}\n\
         max_feature_idx=1\nobjective={objective}\nfeature_names=x y\ntree_sizes=1\n\n"
    );
    for (index, tree) in trees.iter().enumerate() {
        text.extend([format!("Tree={index}\n{tree}\n\n")]);
    }
    text.push_str("end of trees\n\nparameters:\n[objective: other]\nend of parameters\n");
    text
}

fn read(text: &str) -> Model {
    Model::from_lightgbm(text.as_bytes()).unwrap()
}

fn refused(text: &str) -> String {
    Model::from_lightgbm(text.as_bytes())
        .unwrap_err()
        .to_string()
}

/// What a model of one tree gives for each value of the feature `x`.
fn leaves<const N: usize>(tree: &str, xs: [f32; N]) -> Vec<f64> {
    let model = read(&text("regression", 1, &[tree]));
    output(&model, "value", &xs.map(|x| [x, 0.0]))
}

fn decision(bits: u32) -> String {
    TREE.replace("decision_type=8", &format!("decision_type={bits}"))
}

#[test]
fn what_is_at_most_the_threshold_goes_left_in_all_of_its_64_bits() {
    // The nearest number of 32 bits is above 0.1, and its neighbour below.
    let (above, below) = (0.1_f32, 0.1_f32.next_down());
    assert_eq!(leaves(TREE, [below, above]), [1.0, 2.0]);
    let exact = TREE.replace("threshold=0.1", "threshold=0.5");
    assert_eq!(leaves(&exact, [0.5, 0.5_f32.next_up()]), [1.0, 2.0]);
    let most = TREE.replace("threshold=0.1", "threshold=1e300");
    assert_eq!(leaves(&most, [f32::MAX, f32::INFINITY]), [1.0, 2.0]);
    let least = TREE.replace("threshold=0.1", "threshold=-1e300");
    assert_eq!(leaves(&least, [f32::NEG_INFINITY, f32::MIN]), [1.0, 2.0]);
}

#[test]
fn an_infinite_threshold_parts_what_is_missing_from_the_rest() {
    let infinite = |bits| decision(bits).replace("threshold=0.1", "threshold=inf");
    assert_eq!(
        leaves(&infinite(8), [f32::INFINITY, 0.0, f32::NEG_INFINITY, NAN]),
        [1.0, 1.0, 1.0, 2.0]
    );
    assert_eq!(leaves(&infinite(8 + 2), [f32::INFINITY, NAN]), [1.0, 1.0]);
    assert_eq!(leaves(&infinite(4), [1.0, 0.0, NAN]), [1.0, 2.0, 2.0]);
    assert_eq!(leaves(&infinite(0), [1.0, NAN]), [1.0, 1.0]);
}

#[test]
fn nan_is_missing_and_goes_where_the_split_says() {
    assert_eq!(leaves(&decision(8), [NAN, 0.0]), [2.0, 1.0]);
    assert_eq!(leaves(&decision(8 + 2), [NAN, 9.0]), [1.0, 2.0]);
}

#[test]
fn zero_is_missing_too_where_the_split_says_so() {
    assert_eq!(
        leaves(&decision(4), [NAN, 0.0, -0.0, 1e-36, 1e-34, -1.0]),
        [2.0, 2.0, 2.0, 2.0, 1.0, 1.0]
    );
    assert_eq!(leaves(&decision(4 + 2), [NAN, 0.0, 9.0]), [1.0, 1.0, 2.0]);
}

#[test]
fn without_a_mode_of_missing_values_nan_is_zero() {
    assert_eq!(leaves(&decision(0), [NAN]), [1.0]);
    let below = decision(2).replace("threshold=0.1", "threshold=-0.1");
    assert_eq!(leaves(&below, [NAN]), [2.0]);
}

#[test]
fn what_is_in_the_set_of_a_categorical_split_goes_left() {
    // The second set is 0, 3 and 33.
    let tree = TREE
        .replace(
            "num_cat=0",
            "num_cat=2\ncat_boundaries=0 1 3\ncat_threshold=4 9 2",
        )
        .replace("threshold=0.1", "threshold=1")
        .replace("decision_type=8", "decision_type=1");
    let xs = [0.0, 3.0, 3.9, 33.0, -0.5, 2.0, 34.0, 1e9, 1e30, -1.0, NAN];
    assert_eq!(
        leaves(&tree, xs),
        [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]
    );
}

#[test]
fn a_tree_of_one_leaf_adds_it_to_every_row() {
    assert_eq!(
        leaves("num_leaves=1\nleaf_value=0.25\n", [0.0, NAN]),
        [0.25, 0.25]
    );
}

#[test]
fn leaves_are_added_in_64_bits() {
    let tenth = TREE.replace("leaf_value=1 2", "leaf_value=0.1 0.2");
    let model = read(&text("regression", 1, &[&tenth, &tenth, &tenth]));
    assert_eq!(
        output::<f64, 2>(&model, "value", &[[0.0, 0.0]]),
        [0.1 + 0.1 + 0.1]
    );
}

#[test]
fn averaged_trees_are_divided_by_their_number() {
    let text = text(
        "regression",
        1,
        &[TREE, TREE, "num_leaves=1\nleaf_value=4\n"],
    );
    let averaged = text.replace("tree_sizes", "average_output\ntree_sizes");
    let model = read(&averaged);
    assert_eq!(output::<f64, 2>(&model, "value", &[[0.0, 0.0]]), [2.0]);
}

#[test]
fn an_objective_makes_probabilities_and_classes_of_margins() {
    let sigmoid = |margin: f64| 1.0 / (1.0 + (-margin).exp());
    let rows = [[0.0, 0.0], [1.0, 0.0]];
    let two = read(&text("binary sigmoid:2", 1, &[TREE]));
    assert_eq!(
        output::<f64, 2>(&two, "probability", &rows),
        [sigmoid(2.0), sigmoid(4.0)]
    );
    assert_eq!(output::<i64, 2>(&two, "class", &rows), [1, 1]);

    let three = "num_leaves=1\nleaf_value=1.5\n";
    let ova = read(&text(
        "multiclassova num_class:2 sigmoid:1",
        2,
        &[TREE, three],
    ));
    assert_eq!(
        output::<f64, 2>(&ova, "probability", &rows),
        [sigmoid(1.0), sigmoid(1.5), sigmoid(2.0), sigmoid(1.5)]
    );
    assert_eq!(output::<i64, 2>(&ova, "class", &rows), [1, 0]);
    let softmax = read(&text("multiclass num_class:2", 2, &[TREE, three]));
    let given = output::<f64, 2>(&softmax, "probability", &rows);
    assert!((given[0] - sigmoid(-0.5)).abs() < 1e-12, "{given:?}");
    assert_eq!(output::<i64, 2>(&softmax, "class", &rows), [1, 0]);
}

#[test]
fn a_row_with_several_labels_has_a_class_for_each() {
    let labels = read(&text(
        "binary sigmoid:1",
        2,
        &[TREE, "num_leaves=1\nleaf_value=-1.5\n"],
    ));
    let row = [[0.0, 0.0]];
    assert_eq!(output::<i64, 2>(&labels, "class", &row), [1, 0]);
    assert_eq!(labels.signature().outputs[2].shape.len(), 2);
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let whole = text("regression", 1, &[TREE, TREE]);
    let cut = whole.split("end of trees").next().unwrap();
    let faults = Model::from_lightgbm(cut.as_bytes()).unwrap_err();
    assert!(faults.to_string().contains("cut off"), "{faults}");
}

#[test]
fn an_objective_makes_values_of_margins() {
    let value = |objective: &str, tree: &str| {
        let model = read(&text(objective, 1, &[tree]));
        output::<f64, 2>(&model, "value", &[[0.0, 0.0]])[0]
    };
    assert_eq!(value("poisson", TREE), 1.0_f64.exp());
    assert_eq!(value("regression", TREE), 1.0);
    let below = TREE.replace("leaf_value=1", "leaf_value=-3");
    assert_eq!(value("regression sqrt", &below), -9.0);
    assert_eq!(value("cross_entropy_lambda", TREE), 1.0_f64.exp().ln_1p());
    assert_eq!(value("lambdarank", TREE), 1.0);
    assert_eq!(value("custom", TREE), 1.0);
}

#[test]
fn windows_line_ends_are_line_ends() {
    let text = text("regression", 1, &[TREE]).replace('\n', "\r\n");
    assert_eq!(
        output::<f64, 2>(&read(&text), "value", &[[0.0, 0.0]]),
        [1.0]
    );
}

#[test]
fn linear_leaves_are_refused_by_name() {
    let linear = TREE.replace("is_linear=0", "is_linear=1");
    assert_eq!(
        refused(&text("regression", 1, &[TREE, &linear])),
        "line 32: leaves that hold linear models are not supported: train without `linear_tree`"
    );
}

#[test]
fn everything_that_is_wrong_is_told_with_its_line() {
    let feature = TREE.replace("split_feature=0", "split_feature=2");
    let few = TREE.replace("leaf_value=1 2", "leaf_value=1");
    let word = TREE.replace("threshold=0.1", "threshold=low");
    let lacking = TREE.replace("right_child=-2\n", "");
    let broken = text(
        "binary sigmoid:steep",
        1,
        &[&feature, &few, &word, &lacking],
    )
    .replace("feature_names=x y", "feature_names=x");
    let faults = Model::from_lightgbm(broken.as_bytes()).unwrap_err();
    let faults: Vec<_> = faults
        .iter()
        .map(|f| format!("{}: {}", f.place, f.reason))
        .collect();
    assert_eq!(
        faults,
        [
            "line 7: there are 1 names for 2 features",
            "line 6: the sigmoid `steep` is no number",
            "line 13: split 0: feature 2 is none of the 2 features",
            "line 31: `leaf_value` has 1 numbers instead of 2",
            "line 40: `low` in `threshold` is no number of its kind",
            "line 49: there is no `right_child`",
        ]
    );
}

#[test]
fn nodes_that_are_no_tree_are_refused() {
    let refusal =
        |from: &str, to: &str| refused(&text("regression", 1, &[&TREE.replace(from, to)]));
    assert_eq!(
        refusal("left_child=-1", "left_child=0"),
        "line 16: node 0 is reached twice, the second time from node 0"
    );
    assert_eq!(
        refusal("left_child=-1", "left_child=-2"),
        "line 16: node 2 is reached twice, the second time from node 0"
    );
    assert_eq!(
        refusal("left_child=-1", "left_child=-9223372036854775808"),
        "line 16: split 0: -9223372036854775808 is no split or leaf of the tree"
    );
    assert_eq!(
        refusal("decision_type=8", "decision_type=12"),
        "line 15: split 0: 12 has no known mode of missing values"
    );
    assert_eq!(
        refusal("decision_type=8", "decision_type=1"),
        "line 14: split 0: set 0.1 is none of the 0 sets of categories"
    );
}

#[test]
fn a_header_that_cannot_be_is_refused() {
    let whole = text("regression", 1, &[TREE]);
    let refusal = |from: &str, to: &str| refused(&whole.replace(from, to));
    assert_eq!(
        refusal("tree\nversion", "bush\nversion"),
        "line 1: it is not `tree`, as in each model of LightGBM"
    );
    assert_eq!(refusal("Tree=0", "Bush=0"), "line 1: there is no tree");
    assert!(
        refusal("per_iteration=1", "per_iteration=0").contains("0 trees are not from 1 to 65536")
    );
    assert!(
        refusal("per_iteration=1", "per_iteration=2")
            .contains("1 trees cannot be shared by 2 groups")
    );
    assert!(refusal("idx=1", "idx=99999999999").contains("feature 99999999999 is above"));
    let bytes = [whole.as_bytes(), b"\xff"].concat();
    let faults = Model::from_lightgbm(&bytes).unwrap_err();
    assert!(faults.to_string().ends_with("it is not UTF-8"), "{faults}");
}
