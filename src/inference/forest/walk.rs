//! Many rows through one tree at once.
//!
//! The trees are laid out anew for it. A step is 8 bytes and has no exceptions:
//! rows are turned into columns of integers that are ordered as the numbers
//! are, and what is missing is the least or the greatest of them, so that it
//! goes left or right by the same comparison. A leaf is a step that leads to
//! itself. Hence every row of a tree takes as many steps, none of them a branch
//! that the processor could mispredict, and those of several rows overlap.

use super::{Model, Node, Tree};

/// How many rows take their steps together.
pub(super) const LANES: usize = 8;

/// A feature as the splits compare it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Column {
    feature: usize,
    missing_left: bool,
    zero_is_missing: bool,
}

/// One split or leaf: right of `child` if the column is above `above`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    above: i32,
    column: u16,
    child: u16,
}

/// As many rows as there are lanes, column by column.
pub(super) type Lanes = [i32; LANES];

impl Column {
    fn of(node: Node) -> Self {
        Self {
            feature: node.feature(),
            missing_left: node.split & Node::MISSING_LEFT != 0,
            zero_is_missing: node.split & Node::ZERO_IS_MISSING != 0,
        }
    }

    /// Fills the lanes from up to as many rows.
    pub(super) fn fill(self, rows: &[f32], features: usize, lanes: &mut Lanes) {
        let missing = if self.missing_left {
            i32::MIN
        } else {
            i32::MAX
        };
        let rows = rows.chunks_exact(features);
        for (lane, row) in lanes.iter_mut().zip(rows) {
            let feature = row[self.feature];
            let zero = self.zero_is_missing && feature.abs() <= Node::ZERO;
            *lane = if zero || feature.is_nan() {
                missing
            } else {
                ordered(feature)
            };
        }
    }
}

/// An integer that compares with others as the numbers do.
fn ordered(number: f32) -> i32 {
    // Adding zero makes the negative zero positive.
    let bits = (number + 0.0).to_bits().cast_signed();
    bits ^ ((bits >> 31) & i32::MAX)
}

/// The columns of a model, numbered as they are first met.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) all: Vec<Column>,
    numbers: std::collections::HashMap<Column, u16>,
}

impl Columns {
    fn number(&mut self, column: Column) -> Option<u16> {
        if let Some(number) = self.numbers.get(&column) {
            return Some(*number);
        }
        let number = u16::try_from(self.all.len()).ok()?;
        self.all.push(column);
        self.numbers.insert(column, number);
        Some(number)
    }
}

/// The steps of a tree; `None` if it asks for categories, or is so large that
/// its steps cannot be numbered.
pub(super) fn steps(model: &Model, tree: Tree, columns: &mut Columns) -> Option<Vec<Step>> {
    let step = |(place, node): (usize, &Node)| {
        if node.is_leaf() {
            return Some(Step {
                above: i32::MAX,
                column: 0,
                child: u16::try_from(place).ok()?,
            });
        }
        if node.is_categorical() {
            return None;
        }
        Some(Step {
            // Not below the threshold is above the integer before it.
            above: ordered(node.threshold()) - 1,
            column: columns.number(Column::of(*node))?,
            child: u16::try_from(node.left - tree.root).ok()?,
        })
    };
    model.nodes_of(tree).iter().enumerate().map(step).collect()
}

/// Takes each row of a block to its leaf: the number of its step.
pub(super) fn walk(steps: &[Step], depth: u32, columns: &[Lanes]) -> [usize; LANES] {
    let mut at = [0_usize; LANES];
    for _ in 0..depth {
        for (lane, at) in at.iter_mut().enumerate() {
            let step = steps[*at];
            let column = columns[usize::from(step.column)][lane];
            *at = usize::from(step.child) + usize::from(column > step.above);
        }
    }
    at
}
