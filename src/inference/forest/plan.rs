//! A model as it is run: blocks of rows, tree by tree.

use std::ops::AddAssign;

use super::walk::{Column, Columns, LANES, Lanes, Step, steps, walk};
use super::{Link, Model, Node, Tree};
use crate::message::Element;

/// How many rows go through a tree before the next tree's turn, at the most.
const ROWS: usize = 128;
/// How many bytes of columns they take up, about: they are to stay in the
/// first cache.
const BYTES: usize = 1 << 15;

/// What sums are held in.
pub(crate) trait Sum: Element + AddAssign + PartialOrd {
    fn of(value: f64) -> Self;
    fn over(self, divisor: u32) -> Self;
    fn linked(link: Link, row: &mut [Self]);
}

/// A model laid out for running.
#[derive(Debug)]
pub(super) struct Plan<T> {
    columns: Vec<Column>,
    trees: Vec<Planned<T>>,
    base: Vec<T>,
    features: usize,
    divisor: u32,
}

/// A tree with what is needed to run it.
#[derive(Debug)]
struct Planned<T> {
    tree: Tree,
    /// Without steps, the rows are taken through the nodes one by one.
    steps: Option<Vec<Step>>,
    /// What each node or step adds if a row ends there.
    leaves: Vec<T>,
}

impl<T: Sum> Plan<T> {
    pub(super) fn of(model: &Model) -> Self {
        let mut columns = Columns::default();
        let planned = |tree: &Tree| Planned {
            tree: *tree,
            steps: steps(model, *tree, &mut columns),
            leaves: leaves(model, *tree),
        };
        let trees = model.trees.iter().map(planned).collect();
        Self {
            columns: columns.all,
            trees,
            base: model.base.iter().map(|base| T::of(*base)).collect(),
            features: model.features,
            divisor: model.divisor,
        }
    }

    /// The margins of all rows, row by row.
    pub(super) fn margins(&self, model: &Model, rows: &[f32]) -> Vec<T> {
        let groups = self.base.len();
        if self.features == 0 || groups == 0 {
            return Vec::new();
        }
        let count = rows.len() / self.features;
        let mut margins = Vec::with_capacity(count * groups);
        let per_row = self.columns.len() * size_of::<i32>();
        let block = (BYTES / per_row.max(1)).clamp(LANES, ROWS) / LANES * LANES;
        let mut scratch = Scratch {
            columns: vec![[0; LANES]; self.columns.len() * (block / LANES)],
            sums: vec![T::default(); groups * block],
        };
        for rows in rows.chunks(block * self.features) {
            self.block(model, rows, &mut scratch);
            let count = rows.len() / self.features;
            for row in 0..count {
                for group in 0..groups {
                    margins.push(scratch.sums[group * block + row].over(self.divisor));
                }
            }
        }
        margins
    }

    fn block(&self, model: &Model, rows: &[f32], scratch: &mut Scratch<T>) {
        let block = scratch.sums.len() / self.base.len();
        for (sums, base) in scratch.sums.chunks_exact_mut(block).zip(&self.base) {
            sums.fill(*base);
        }
        let width = self.columns.len();
        let lanes = rows.chunks(LANES * self.features);
        if width > 0 {
            for (rows, lanes) in lanes.clone().zip(scratch.columns.chunks_exact_mut(width)) {
                for (column, lanes) in self.columns.iter().zip(lanes) {
                    column.fill(rows, self.features, lanes);
                }
            }
        }
        let together = lanes.len();
        for planned in &self.trees {
            let start = planned.tree.group as usize * block;
            let sums = &mut scratch.sums[start..start + together * LANES];
            match &planned.steps {
                Some(steps) => {
                    let sums = sums.as_chunks_mut::<LANES>().0;
                    let mut columns = &scratch.columns[..];
                    for sums in sums {
                        let (now, rest) = columns.split_at(width);
                        columns = rest;
                        let ends = walk(steps, planned.tree.depth, now);
                        for (sum, end) in sums.iter_mut().zip(ends) {
                            *sum += planned.leaves[end];
                        }
                    }
                }
                None => {
                    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(self.features)) {
                        *sum += planned.leaves[leaf(model, planned.tree, row)];
                    }
                }
            }
        }
    }
}

/// What a block needs to be run, used again for the next.
struct Scratch<T> {
    columns: Vec<Lanes>,
    sums: Vec<T>,
}

/// What each node of a tree adds if a row ends there.
fn leaves<T: Sum>(model: &Model, tree: Tree) -> Vec<T> {
    let value = |node: &Node| {
        let leaf = node.is_leaf().then(|| model.leaves.get(node.left as usize));
        T::of(leaf.flatten().copied().unwrap_or_default())
    };
    model.nodes_of(tree).iter().map(value).collect()
}

/// The number of the leaf that a row ends at, among the nodes of the tree.
fn leaf(model: &Model, tree: Tree, row: &[f32]) -> usize {
    let nodes = model.nodes_of(tree);
    let mut at = 0;
    while let Some(node) = nodes.get(at).filter(|node| !node.is_leaf()) {
        let left = node.goes_left(row[node.feature()], &model.categories);
        let next = if left { node.left } else { node.right };
        at = (next - tree.root) as usize;
    }
    at
}

impl Sum for f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the value came from 32 bits"
    )]
    fn of(value: f64) -> Self {
        value as Self
    }

    #[expect(clippy::cast_precision_loss, reason = "few trees are averaged")]
    fn over(self, divisor: u32) -> Self {
        self / divisor as Self
    }

    fn linked(link: Link, row: &mut [Self]) {
        link.apply_f32(row);
    }
}

impl Sum for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn over(self, divisor: u32) -> Self {
        self / Self::from(divisor)
    }

    fn linked(link: Link, row: &mut [Self]) {
        link.apply_f64(row);
    }
}
