//! The suite on trees.

use std::num::NonZeroUsize;

use millpond::inference::Forest;
use millpond::inference::conformance::Subject;
use millpond::inference::forest::Model;

/// One question about the second of two features.
const STUMP: &str = "\
tree
num_tree_per_iteration=1
max_feature_idx=1
objective=binary sigmoid:1

Tree=0
num_leaves=2
split_feature=1
threshold=0
decision_type=8
left_child=-1
right_child=-2
leaf_value=-1 1

end of trees
";

struct Stump;

impl Subject for Stump {
    type Backend = Forest;

    fn backend(&self) -> Forest {
        let model = Model::from_lightgbm(STUMP.as_bytes()).unwrap();
        Forest::new(model).threads(NonZeroUsize::MIN)
    }
}

millpond::conformance!(forest, Stump);
