//! Random trees, run as they are and as they are planned.

use millpond::inference::Forest;
use millpond::inference::forest::{Model, Node};
use millpond::message::{Tensor, Tensors};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const FEATURES: usize = 3;

/// Few numbers, so that features often equal thresholds.
fn number() -> impl Strategy<Value = f32> {
    select(vec![
        -1.5,
        -1.0,
        -0.0,
        0.0,
        0.5,
        1.0,
        2.0,
        3.0,
        40.0,
        1e30,
        f32::NAN,
    ])
}

/// A tree as text: each split takes a leaf of the tree so far.
fn tree() -> impl Strategy<Value = String> {
    let decision = select(vec![0_u32, 2, 4, 6, 8, 10, 1]);
    let split = (
        0..FEATURES,
        number(),
        decision,
        any::<prop::sample::Index>(),
    );
    vec(split, 0..40).prop_map(|splits| {
        let count = splits.len();
        let mut children = vec![[0_i64; 2]; count];
        // Where each leaf hangs; the first hangs nowhere until there is a split.
        let mut leaves = vec![None];
        for (index, (.., at)) in splits.iter().enumerate() {
            let place = at.index(leaves.len());
            if let Some((parent, side)) = leaves[place] {
                let parent: &mut [i64; 2] = &mut children[parent];
                parent[side] = i64::try_from(index).unwrap();
            }
            leaves[place] = Some((index, 0));
            leaves.push(Some((index, 1)));
        }
        for (leaf, place) in (1_i64..).zip(&leaves) {
            if let Some((parent, side)) = *place {
                children[parent][side] = -leaf;
            }
        }
        let list = |side: usize| joined(children.iter().map(|sides| sides[side]));
        let threshold = |(_, threshold, decision, _): &(usize, f32, u32, _)| match decision {
            1 => 0.0,
            _ if threshold.is_nan() => 0.25,
            _ => *threshold,
        };
        format!(
            "num_leaves={}\nnum_cat=1\ncat_boundaries=0 2\ncat_threshold=5 256\nsplit_feature={}\n\
             threshold={}\ndecision_type={}\nleft_child={}\nright_child={}\nleaf_value={}\n",
            count + 1,
            joined(splits.iter().map(|split| split.0)),
            joined(splits.iter().map(threshold)),
            joined(splits.iter().map(|split| split.2)),
            list(0),
            list(1),
            joined((0..=count).map(|leaf| 0.1 + f64::from(u32::try_from(leaf).unwrap()))),
        )
    })
}

fn joined<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(" ")
}

fn model() -> impl Strategy<Value = Model> {
    vec(tree(), 1..6).prop_map(|trees| {
        let mut text = format!(
            "tree\nnum_tree_per_iteration=1\nmax_feature_idx={}\nobjective=regression\n\n",
            FEATURES - 1
        );
        for (index, tree) in trees.iter().enumerate() {
            text.extend([format!("Tree={index}\n{tree}\n")]);
        }
        text.push_str("end of trees\n");
        Model::from_lightgbm(text.as_bytes()).unwrap()
    })
}

/// What a row gets by the rules that the model documents.
fn by_the_rules(model: &Model, row: &[f32]) -> f64 {
    model.trees().iter().fold(0.0, |sum, tree| {
        let mut node: Node = model.nodes()[tree.root as usize];
        while !node.is_leaf() {
            let left = node.goes_left(row[node.feature()], model.categories());
            let next = if left { node.left } else { node.right };
            node = model.nodes()[next as usize];
        }
        sum + model.leaves()[node.left as usize]
    })
}

proptest! {
    #[test]
    fn many_rows_at_once_end_where_each_would_by_itself(
        model in model(),
        rows in vec(vec(number(), FEATURES), 0..150),
    ) {
        let features = Tensor::new([rows.len(), FEATURES], rows.concat()).unwrap();
        let answer = Forest::new(model.clone())
            .run(&Tensors::new().with("features", features))
            .unwrap();
        let expected: Vec<_> = rows.iter().map(|row| by_the_rules(&model, row)).collect();
        prop_assert_eq!(answer.get("margin").unwrap().as_slice::<f64>().unwrap(), expected);
    }

    #[test]
    fn the_nodes_of_a_tree_lie_together_with_siblings_side_by_side(model in model()) {
        let mut next = 0;
        for tree in model.trees() {
            prop_assert_eq!(tree.root, next);
            next += tree.nodes;
            for (number, node) in (tree.root..next).zip(&model.nodes()[tree.root as usize..]) {
                if !node.is_leaf() {
                    prop_assert!(node.left > number && node.right == node.left + 1);
                    prop_assert!(node.right < next);
                }
            }
        }
        prop_assert_eq!(next as usize, model.nodes().len());
    }
}
