//! From the nodes of a file to those of a model.

use super::{Model, Node, Tree};

/// A node as a file describes it, its children by their numbers there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seed {
    Leaf(f64),
    Split {
        split: u32,
        value: u32,
        left: usize,
        right: usize,
    },
}

/// Why the nodes of a file are no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotATree {
    #[error("it has no node")]
    Empty,
    #[error("node {parent} has the child {child}, but there are {nodes} nodes")]
    NoSuchNode {
        parent: usize,
        child: usize,
        nodes: usize,
    },
    #[error("node {child} is reached twice, the second time from node {parent}")]
    Twice { parent: usize, child: usize },
    #[error("the model has more nodes than can be counted in 32 bits")]
    TooMany,
    #[error("the sets of categories take more than 64 MiB: number the categories from 0 on")]
    Categories,
}

/// A few bytes of a file can stand for a large set.
const MOST_WORDS: usize = 1 << 24;

impl Model {
    /// Adds a tree, its root the first seed, level by level.
    ///
    /// Nodes that nothing leads to are left out. If the seeds are no tree, the
    /// model is as it was.
    pub(super) fn plant(&mut self, group: u32, seeds: &[Seed]) -> Result<(), NotATree> {
        let root = number(self.nodes.len())?;
        let (order, depth) = levels(seeds)?;
        number(self.nodes.len() + order.len())?;
        // The children of a level's splits are the next nodes in the order.
        let mut next = root + 1;
        for &seed in &order {
            let node = match seeds[seed] {
                Seed::Leaf(value) => {
                    let leaf = number(self.leaves.len())?;
                    self.leaves.push(value);
                    Node {
                        split: Node::LEAF,
                        value: nearest(value).to_bits(),
                        left: leaf,
                        right: leaf,
                    }
                }
                Seed::Split { split, value, .. } => {
                    let left = next;
                    next += 2;
                    Node {
                        split,
                        value,
                        left,
                        right: left + 1,
                    }
                }
            };
            self.nodes.push(node);
        }
        self.trees.push(Tree {
            root,
            nodes: number(order.len())?,
            depth,
            group,
        });
        Ok(())
    }

    /// Adds a set of categories and tells where it begins.
    pub(super) fn add_categories(&mut self, words: &[u32]) -> Result<u32, NotATree> {
        if self.categories.len().saturating_add(words.len()) >= MOST_WORDS {
            return Err(NotATree::Categories);
        }
        let start = number(self.categories.len())?;
        self.categories.push(number(words.len())?);
        self.categories.extend_from_slice(words);
        Ok(start)
    }
}

/// The seeds level by level, and how many levels follow the root.
fn levels(seeds: &[Seed]) -> Result<(Vec<usize>, u32), NotATree> {
    if seeds.is_empty() {
        return Err(NotATree::Empty);
    }
    let mut seen = vec![false; seeds.len()];
    seen[0] = true;
    let mut order = vec![0];
    let (mut depth, mut done) = (0, 0);
    loop {
        let level = done..order.len();
        done = level.end;
        for place in level {
            let parent = order[place];
            let Seed::Split { left, right, .. } = seeds[parent] else {
                continue;
            };
            for child in [left, right] {
                match seen.get_mut(child) {
                    Some(seen) if !*seen => *seen = true,
                    Some(_) => return Err(NotATree::Twice { parent, child }),
                    None => {
                        let nodes = seeds.len();
                        return Err(NotATree::NoSuchNode {
                            parent,
                            child,
                            nodes,
                        });
                    }
                }
                order.push(child);
            }
        }
        if done == order.len() {
            return Ok((order, depth));
        }
        depth += 1;
    }
}

fn number(count: usize) -> Result<u32, NotATree> {
    u32::try_from(count).map_err(|_| NotATree::TooMany)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the exact value is kept beside"
)]
fn nearest(value: f64) -> f32 {
    value as f32
}
