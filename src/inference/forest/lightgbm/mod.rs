//! Models that `LightGBM` saved as text.

mod objective;
mod section;
mod tree;

use super::error::{Faults, Found};
use super::{Model, Node, Precision};
use objective::Objective;
use section::Section;

impl Model {
    /// Reads a model that `LightGBM` saved as text.
    ///
    /// Numeric and categorical splits and every mode of missing values are
    /// read, for any number of classes, and averaged as well as added trees.
    /// All trees are used, as if `LightGBM` were asked without an iteration
    /// range. An objective that is not known gives its margins.
    ///
    /// # Errors
    ///
    /// Whatever is wrong, as far as it can be told at once, with its line. What
    /// is not supported is named: leaves that hold linear models.
    ///
    /// # Examples
    ///
    /// ```
    /// use millpond::inference::forest::Model;
    ///
    /// let faults = Model::from_lightgbm(b"tree\nversion=v4\nmax_feature_idx=x\n").unwrap_err();
    /// assert_eq!(
    ///     faults.to_string(),
    ///     "line 3: the file ends before `end of trees`, as one that was cut off; \
    ///      line 3: `max_feature_idx` is `x`, which is no whole number; \
    ///      line 1: there is no `num_tree_per_iteration`; \
    ///      line 1: there is no tree",
    /// );
    /// ```
    pub fn from_lightgbm(text: &[u8]) -> Result<Self, Faults> {
        let mut found = Found::default();
        let text = match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => {
                let line = text[..error.valid_up_to()]
                    .split(|byte| *byte == b'\n')
                    .count();
                return Err(found.ending(format!("line {line}"), "it is not UTF-8"));
            }
        };
        let (header, trees) = Section::all(text, &mut found);
        if header.first() != "tree" {
            return Err(found.ending("line 1", "it is not `tree`, as in each model of LightGBM"));
        }
        let mut model = self::header(&header, &mut found);
        if trees.is_empty() {
            return Err(found.ending("line 1", "there is no tree"));
        }
        let groups = model.groups();
        if trees.len() % groups != 0 {
            let reason = format!("{} trees cannot be shared by {groups} groups", trees.len());
            found.add("line 1", reason);
        }
        if header.has_word("average_output") {
            model.divisor = u32::try_from(trees.len() / groups)
                .unwrap_or(u32::MAX)
                .max(1);
        }
        for (index, tree) in trees.iter().enumerate() {
            let group = u32::try_from(index % groups).unwrap_or(0);
            tree::plant(tree, group, &mut model, &mut found);
        }
        found.or(model)
    }
}

/// More groups than anybody has classes; a sum is held for each.
const MOST_GROUPS: usize = 1 << 16;

/// A model without trees.
fn header(header: &Section<'_>, found: &mut Found) -> Model {
    let last = header.number("max_feature_idx", found).unwrap_or(0);
    let features = if last < Node::FEATURE as usize {
        last + 1
    } else {
        let reason = format!(
            "feature {last} is above the {} that are supported",
            Node::FEATURE
        );
        found.add(header.place("max_feature_idx"), reason);
        1
    };
    let groups = header.number("num_tree_per_iteration", found).unwrap_or(1);
    if !(1..=MOST_GROUPS).contains(&groups) {
        let reason = format!("{groups} trees are not from 1 to {MOST_GROUPS}");
        found.add(header.place("num_tree_per_iteration"), reason);
    }
    let groups = groups.clamp(1, MOST_GROUPS);
    let names = header.get("feature_names").unwrap_or_default();
    let feature_names: Vec<_> = names.split_whitespace().map(str::to_owned).collect();
    let named = feature_names.len();
    if named != 0 && named != features {
        let reason = format!("there are {named} names for {features} features");
        found.add(header.place("feature_names"), reason);
    }
    let objective = Objective::read(header.get("objective").unwrap_or_default());
    let objective = objective.unwrap_or_else(|reason| {
        found.add(header.place("objective"), reason);
        Objective::VALUE
    });
    Model {
        nodes: Vec::new(),
        trees: Vec::new(),
        leaves: Vec::new(),
        categories: Vec::new(),
        base: vec![0.0; groups],
        precision: Precision::F64,
        divisor: 1,
        link: objective.link,
        task: objective.task,
        features,
        feature_names,
    }
}
