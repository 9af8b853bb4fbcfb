use std::collections::HashMap;

use serde::Deserialize;

use crate::inference::forest::error::Found;
use crate::inference::forest::grow::Seed;
use crate::inference::forest::{Model, Node};

/// One tree, as arrays with an entry for each node.
#[derive(Deserialize)]
pub(super) struct Tree {
    left_children: Vec<i64>,
    right_children: Vec<i64>,
    split_indices: Vec<u32>,
    split_conditions: Vec<f32>,
    default_left: Vec<Flag>,
    #[serde(default)]
    split_type: Vec<u8>,
    #[serde(default)]
    categories: Vec<u32>,
    #[serde(default)]
    categories_nodes: Vec<usize>,
    #[serde(default)]
    categories_segments: Vec<usize>,
    #[serde(default)]
    categories_sizes: Vec<usize>,
    #[serde(default, rename = "tree_param")]
    parameters: Option<Parameters>,
}

/// Older versions write flags as `true` and `false`.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Flag {
    Word(bool),
    Number(u8),
}

#[derive(Deserialize)]
struct Parameters {
    #[serde(default)]
    size_leaf_vector: Option<String>,
}

impl Flag {
    fn is_set(self) -> bool {
        match self {
            Self::Word(set) => set,
            Self::Number(number) => number != 0,
        }
    }
}

impl Tree {
    /// Adds the tree to the model, or what is wrong with it to what is found.
    pub(super) fn plant(&self, group: u32, place: &str, model: &mut Model, found: &mut Found) {
        if !self.is_even(place, found) {
            return;
        }
        let Some(sets) = self.sets(place, model, found) else {
            return;
        };
        let mut seeds = Vec::with_capacity(self.left_children.len());
        for index in 0..self.left_children.len() {
            match self.seed(index, model.features, &sets) {
                Ok(seed) => seeds.push(seed),
                Err((array, reason)) => {
                    found.add(format!("{place}.{array}[{index}]"), reason);
                    return;
                }
            }
        }
        if let Err(reason) = model.plant(group, &seeds) {
            found.add(place, reason);
        }
    }

    /// Whether each array has an entry for each node.
    fn is_even(&self, place: &str, found: &mut Found) -> bool {
        let vector = self
            .parameters
            .as_ref()
            .and_then(|p| p.size_leaf_vector.as_deref());
        if let Some(size) = vector.filter(|size| !matches!(*size, "0" | "1")) {
            let reason = format!(
                "leaves that hold {size} numbers are not supported: \
                 train with `multi_strategy` `one_output_per_tree`"
            );
            found.add(format!("{place}.tree_param.size_leaf_vector"), reason);
            return false;
        }
        let nodes = self.left_children.len();
        let others = [
            ("right_children", self.right_children.len()),
            ("split_indices", self.split_indices.len()),
            ("split_conditions", self.split_conditions.len()),
            ("default_left", self.default_left.len()),
        ];
        let optional = Some(("split_type", self.split_type.len())).filter(|(_, len)| *len != 0);
        let uneven = others
            .into_iter()
            .chain(optional)
            .find(|(_, len)| *len != nodes);
        if let Some((array, len)) = uneven {
            let reason = format!("it has {len} entries for {nodes} nodes");
            found.add(format!("{place}.{array}"), reason);
        }
        uneven.is_none()
    }

    /// Where the set of each categorical node begins.
    fn sets(
        &self,
        place: &str,
        model: &mut Model,
        found: &mut Found,
    ) -> Option<HashMap<usize, u32>> {
        let sets = self.categories_nodes.len();
        for (array, len) in [
            ("categories_segments", self.categories_segments.len()),
            ("categories_sizes", self.categories_sizes.len()),
        ] {
            if len != sets {
                let reason = format!("it has {len} entries for {sets} categorical nodes");
                found.add(format!("{place}.{array}"), reason);
                return None;
            }
        }
        let mut starts = HashMap::with_capacity(sets);
        let segments = self.categories_segments.iter().zip(&self.categories_sizes);
        for (index, (node, (start, size))) in self.categories_nodes.iter().zip(segments).enumerate()
        {
            let end = start.checked_add(*size);
            let Some(set) = end.and_then(|end| self.categories.get(*start..end)) else {
                let reason = "it ends after the array `categories`";
                found.add(format!("{place}.categories_segments[{index}]"), reason);
                return None;
            };
            match bits(set)
                .and_then(|words| model.add_categories(&words).map_err(|e| e.to_string()))
            {
                Ok(start) => drop(starts.insert(*node, start)),
                Err(reason) => {
                    found.add(format!("{place}.categories_segments[{index}]"), reason);
                    return None;
                }
            }
        }
        Some(starts)
    }

    fn seed(
        &self,
        index: usize,
        features: usize,
        sets: &HashMap<usize, u32>,
    ) -> Result<Seed, (&'static str, String)> {
        let condition = self.split_conditions[index];
        let (left, right) = (self.left_children[index], self.right_children[index]);
        if left == LEAF {
            return Ok(Seed::Leaf(f64::from(condition)));
        }
        let nodes = self.left_children.len();
        let child = |array, child: i64| {
            let none = |_| (array, format!("{child} is none of the {nodes} nodes"));
            usize::try_from(child).map_err(none)
        };
        let left = child("left_children", left)?;
        let right = child("right_children", right)?;
        let feature = self.split_indices[index];
        if feature as usize >= features {
            let reason = format!("feature {feature} is none of the {features} features");
            return Err(("split_indices", reason));
        }
        let missing_left = self.default_left[index].is_set();
        let flag = |left: bool| if left { Node::MISSING_LEFT } else { 0 };
        match self.split_type.get(index) {
            None | Some(0) => Ok(Seed::Split {
                split: feature | flag(missing_left),
                value: condition.to_bits(),
                left,
                right,
            }),
            // What is in the set goes right in the file, and left here.
            Some(1) => Ok(Seed::Split {
                split: feature | Node::CATEGORICAL | flag(!missing_left),
                value: *sets
                    .get(&index)
                    .ok_or_else(|| ("split_type", "the node has no categories".to_owned()))?,
                left: right,
                right: left,
            }),
            Some(other) => Err(("split_type", format!("{other} is neither 0 nor 1"))),
        }
    }
}

/// The left child of a leaf.
const LEAF: i64 = -1;

/// A set of categories as bits.
fn bits(set: &[u32]) -> Result<Vec<u32>, String> {
    let most = set.iter().copied().max().unwrap_or(0);
    if most >= 1 << 24 {
        return Err(format!("the category {most} is not below {}", 1 << 24));
    }
    let mut words = vec![0; most as usize / 32 + 1];
    for category in set {
        words[*category as usize / 32] |= 1 << (category % 32);
    }
    Ok(words)
}
