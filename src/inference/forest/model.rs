use super::{Link, Node};

/// A model of decision trees as flat arrays, ready to be copied to a device.
///
/// Whatever file it came from, a row is answered so:
///
/// 1. The sums begin as [`base`](Self::base), one for each group.
/// 2. For each tree, in order, the row is taken from the root to a leaf, see
///    [`Node`]; the leaf's value is added to the sum of the tree's group. The
///    sums are held in the [precision](Self::precision) of the model.
/// 3. If the [divisor](Self::divisor) is not 1, each sum is divided by it. This
///    is the margin.
/// 4. The [link](Self::link) makes values or probabilities of the margins.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub(crate) nodes: Vec<Node>,
    pub(crate) trees: Vec<Tree>,
    pub(crate) leaves: Vec<f64>,
    pub(crate) categories: Vec<u32>,
    pub(crate) base: Vec<f64>,
    pub(crate) precision: Precision,
    pub(crate) divisor: u32,
    pub(crate) link: Link,
    pub(crate) task: Task,
    pub(crate) features: usize,
    pub(crate) feature_names: Vec<String>,
}

/// One tree of a [`Model`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tree {
    /// The first of its nodes.
    pub root: u32,
    /// How many nodes it has.
    pub nodes: u32,
    /// How many splits the longest way to a leaf has.
    pub depth: u32,
    /// The group to whose sum its leaves are added.
    pub group: u32,
}

/// What a model's sums are held in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32 bits, as in `XGBoost`.
    F32,
    /// 64 bits, as in `LightGBM`.
    F64,
}

/// What a model predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Task {
    /// Numbers: values, ranks, or times.
    Regression,
    /// One of two classes, of which the margin is for the second.
    Binary,
    /// One of as many classes as there are groups.
    Multiclass,
}

impl Model {
    /// Returns the nodes of all trees. Those of one tree lie together, root
    /// first, and children come after their parent, the right beside the left.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the trees, in the order in which their leaves are added.
    pub fn trees(&self) -> &[Tree] {
        &self.trees
    }

    /// Returns the values of the leaves, exact.
    pub fn leaves(&self) -> &[f64] {
        &self.leaves
    }

    /// Returns the sets of categories: of each the number of its words, then
    /// the words, the lowest bit of the first being category 0.
    pub fn categories(&self) -> &[u32] {
        &self.categories
    }

    /// Returns what each group's sum begins with.
    pub fn base(&self) -> &[f64] {
        &self.base
    }

    /// Returns what sums are held and answers are given in.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Returns what the sums are divided by.
    pub fn divisor(&self) -> u32 {
        self.divisor
    }

    /// Returns how margins become what the model predicts.
    pub fn link(&self) -> Link {
        self.link
    }

    /// Returns what the model predicts.
    pub fn task(&self) -> Task {
        self.task
    }

    /// Returns how many features a row has.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Returns what the features are called, in order; nothing if the file
    /// does not say.
    pub fn feature_names(&self) -> &[String] {
        &self.feature_names
    }

    /// Returns how many groups of trees there are, each with a sum of its own.
    pub fn groups(&self) -> usize {
        self.base.len()
    }

    /// Returns the nodes of one tree.
    pub(super) fn nodes_of(&self, tree: Tree) -> &[Node] {
        let start = tree.root as usize;
        let nodes = self.nodes.get(start..start + tree.nodes as usize);
        nodes.unwrap_or_default()
    }
}
